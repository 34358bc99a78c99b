import { basename, dirname, join } from 'node:path';
import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw } from '../../core/value.ts';
import type { Item } from '../model.ts';
import { validationTask } from './argument-spec.ts';
import { type Loading, report, type Within } from './loading.ts';
import { readDocument } from './read-document.ts';
import { isRawDict, type RawDict, scalarText, writtenAt } from './written.ts';

/** The task that validates the variables of a play before all others, if `validate_argspec` asks for it. */
export function playSpecTask(loading: Loading, dict: RawDict, within: Within, at: Position): readonly Item[] {
  const wanted = dict.get('validate_argspec');
  if (wanted === undefined || wanted === null || wanted === '' || wanted === false) return [];
  const place = writtenAt(dict, 'validate_argspec', at);
  const name = specName(loading, wanted, dict.get('name'), place);
  const file = join(dirname(at.file), `${basename(at.file).replace(/\.(?:ya?ml|json)$/, '')}.meta.yml`);
  const found = name === undefined ? undefined : specsIn(loading, file, place);
  if (name === undefined || found === undefined) return [];
  const context: RawDict = new Map<string, Raw>([
    ['type', 'play'],
    ['name', scalarText(dict.get('name')) ?? name],
    ['argument_spec_name', name],
    ['path', file],
  ]);
  const { tags } = within.keywords;
  const keywords = { ...within.keywords, tags: tags.length === 0 ? ['always'] : tags };
  const validated = { ...found, name, provided: new Map(), context };
  const task = validationTask(loading, validated, { ...within, keywords });
  if (task !== undefined) return [task];
  const known = [...found.specs.keys()].join(', ');
  const message = `${file} has no argument spec named '${name}'`;
  if (!found.specs.has(name))
    report(loading, 'missing-file', message, place, known === '' ? undefined : `it has: ${known}`);
  return [];
}

/** The name of the specification: the one that is given, or that of the play. */
function specName(loading: Loading, wanted: Raw, play: Raw | undefined, at: Position): string | undefined {
  const truth = typeof wanted === 'boolean' || typeof wanted === 'string' ? truthOf(wanted) : undefined;
  if (truth === undefined && typeof wanted === 'string') return wanted;
  const name = truth === true ? scalarText(play) : undefined;
  if (truth === false || name !== undefined) return name;
  if (truth === true) {
    const hint = "add a name, or write the name of an argument spec instead of 'true'";
    report(loading, 'missing-name', "'validate_argspec: true' needs a play with a name", at, hint);
  } else report(loading, 'wrong-keyword-type', "'validate_argspec' takes true, or the name of an argument spec", at);
  return undefined;
}

function specsIn(loading: Loading, file: string, at: Position) {
  if (!loading.files.isFile(file)) {
    const hint = "it holds the argument specs of this playbook, under 'argument_specs'";
    report(loading, 'missing-file', `'validate_argspec' needs the file ${file}`, at, hint);
    return undefined;
  }
  const document = readDocument(loading, file, at);
  if (document === undefined) return undefined;
  const specs = isRawDict(document.value) ? document.value.get('argument_specs') : undefined;
  if (isRawDict(specs)) return { specs, at: document.at.value };
  report(loading, 'wrong-keyword-type', `${file} needs a dict under 'argument_specs'`, document.at.value);
  return undefined;
}
