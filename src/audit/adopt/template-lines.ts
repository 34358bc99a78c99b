import { escapePattern } from '../../core/text/escape-pattern.ts';
import { listDifferences } from '../../report/list-differences.ts';
import { type Piece, type SourceTexts, templatePieces, writtenText } from './pieces.ts';
import { type Fix, type Pair, solve } from './solve.ts';

/** Changes of a template file, and of variables that it uses. */
interface TemplateFix {
  /** The template's new text, if it changes. */
  readonly text?: string;
  readonly fixes: readonly Fix[];
}

/**
 * How a template, or what it uses, has to change so that what is found is rendered: line by line, since a line without statements renders to
 * a line. A string says why a way is barred.
 */
export function templateFix(template: string, file: string, pair: Pair, sources: SourceTexts): TemplateFix | string {
  const [declared, found] = [pair.declared.split('\n'), pair.found.split('\n')];
  const lines = template.split('\n');
  const pieces = lines.map((line) => linePieces(line, file, sources));
  const changed = [...lines];
  const fixes: Fix[] = [];
  for (const { at, from: items, to } of listDifferences(declared, found)) {
    if (items.length > 0 && items.length === to.length) {
      for (const [index, line] of items.entries()) {
        const way = lineFix({ declared: line, found: to[index] ?? '' }, pieces, lines);
        if (typeof way === 'string') return way;
        if (way.text !== undefined) changed[way.line] = way.text;
        fixes.push(...way.fixes);
      }
      continue;
    }
    if (to.some(isTemplated)) return 'what is found looks like a template';
    const taken = items.map((line) => sourceLine(line, pieces));
    const missing = taken.find((line) => typeof line === 'string');
    if (missing !== undefined) return String(missing);
    for (const line of taken) changed[Number(line)] = DROPPED;
    if (to.length === 0) continue;
    const before = at === 0 ? -1 : sourceLine(declared[at - 1] ?? '', pieces);
    const after = taken[0] ?? before;
    if (typeof after === 'string') return after;
    const index = Number(after);
    if (index < 0) changed[0] = [...to, changed[0] ?? ''].join('\n');
    else changed[index] = [...(changed[index] === DROPPED ? [] : [changed[index] ?? '']), ...to].join('\n');
  }
  const text = changed.filter((line) => line !== DROPPED).join('\n');
  return { fixes, ...(text !== template && { text }) };
}

/** Stands for a line that is left out. */
const DROPPED = '\0';

/** Whether a text would be evaluated if it stood in a template or a playbook. */
export const isTemplated = (text: string): boolean => /\{[{%#]/.test(text);

/** The parts of a line of a template; undefined for a line with statements. */
function linePieces(line: string, file: string, sources: SourceTexts): readonly Piece[] | undefined {
  if (/\{[%#]|[%#]\}/.test(line)) return undefined;
  const written = (from: number, to: number): Piece => ({
    kind: 'written',
    text: line.slice(from, to),
    place: { file, line: 0, column: 0 },
    from,
    to,
  });
  return templatePieces(line, written, sources);
}

type Pieces = readonly (readonly Piece[] | undefined)[];

/** The line of the template that renders to this one, if there is just one; otherwise why not. */
function sourceLine(rendered: string, pieces: Pieces): number | string {
  const equal = pieces.flatMap((some, index) => (some !== undefined && writtenText(some) === rendered ? [index] : []));
  const like =
    equal.length > 0
      ? equal
      : pieces.flatMap((some, index) =>
          some !== undefined && some.length > 0 && matches(some, rendered) ? [index] : [],
        );
  const [line, ...others] = like;
  if (line === undefined) return `the line "${rendered}" comes from a statement of the template`;
  return others.length > 0 ? `several lines of the template render to "${rendered}"` : line;
}

const matches = (pieces: readonly Piece[], rendered: string): boolean =>
  pieces.some((piece) => piece.kind === 'written' && piece.text.trim() !== '') &&
  new RegExp(
    `^${pieces.map((piece) => (piece.kind === 'written' ? escapePattern(piece.text) : '.*?')).join('')}$`,
  ).test(rendered);

function lineFix(
  pair: Pair,
  pieces: Pieces,
  lines: readonly string[],
): { readonly line: number; readonly text?: string; readonly fixes: readonly Fix[] } | string {
  const line = sourceLine(pair.declared, pieces);
  if (typeof line === 'string') return line;
  const [way = 'what differs was not found in the template'] = solve(pieces[line] ?? [], pair);
  if (typeof way === 'string') return way;
  const own = way.filter(({ place }) => place.line === 0);
  if (own.some(({ text }) => isTemplated(text))) return 'what is found looks like a template';
  const text = [...own]
    .sort((one, other) => other.from - one.from)
    .reduce((now, { from, to, text: other }) => now.slice(0, from) + other + now.slice(to), lines[line] ?? '');
  return { line, fixes: way.filter(({ place }) => place.line !== 0), ...(own.length > 0 && { text }) };
}
