import { basename } from 'node:path';
import type { SourceTexts } from './pieces.ts';
import { byPlace, type Fix, fixed } from './solve.ts';
import { nodeAt } from './source-node.ts';
import { isTemplated } from './template-lines.ts';
import { withValue } from './write-value.ts';

/** A way to declare what a host has. */
export interface Candidate {
  /** The new text of each file that changes, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** The texts are complete; otherwise their line ends become those of the file. */
  readonly exact?: true;
  /** It is declared no more, so that is right only where all hosts differ. */
  readonly undeclares?: true;
  /** What is changed, in a few words. */
  readonly about: string;
  /** The variables whose values change, with their new ones. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Fixes of values in files, as candidates. */
export function ways(
  solved: readonly (readonly Fix[] | string)[],
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  return solved.map((fixes) => (typeof fixes === 'string' ? fixes : candidateOf(fixes, sources)));
}

/** Makes fixes in the files. */
export function candidateOf(
  fixes: readonly Fix[],
  sources: SourceTexts,
  start: ReadonlyMap<string, string> = new Map(),
): Candidate | string {
  const files = new Map(start);
  const variables = new Map<string, string>();
  const abouts: string[] = [];
  // From the end of each file, so that the places before stay right.
  const sorted = [...byPlace(fixes)].sort(
    ([one], [other]) => other.place.line - one.place.line || other.place.column - one.place.column,
  );
  for (const some of sorted) {
    const { place, variable } = some[0];
    const text = files.get(place.file) ?? sources.textOf(place.file);
    const node = text === undefined ? undefined : nodeAt(text, place);
    if (text === undefined || node?.text === undefined) return `${place.file}:${place.line} was not found`;
    if (some.some((fix) => isTemplated(fix.text))) return 'what is found looks like a template';
    if (some.some((fix) => !isPlainText(fix.text))) return 'what is found has control characters';
    const value = fixed(node.text, some);
    const written = withValue(text, place.file, node, value);
    if (written === undefined)
      return `there is no way to write ${JSON.stringify(value)} at ${place.file}:${place.line}`;
    files.set(place.file, written);
    if (variable !== undefined) variables.set(variable, value);
    abouts.push(`${basename(place.file)}:${place.line}`);
  }
  return { files, variables, about: abouts.join(', ') };
}

/** Whether a text can stand in a patch: control characters could do something to a terminal. */
export const isPlainText = (text: string): boolean =>
  text.isWellFormed() && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
