import { basename } from 'node:path';
import type { ReportedChange } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';
import { type Candidate, ways } from './candidate.ts';
import type { Declared } from './look.ts';
import type { Param } from './params.ts';
import {
  insideOf,
  type SourceTexts,
  soleExpression,
  sourcePlace,
  valueNamed,
  type WrittenValue,
  writtenText,
} from './pieces.ts';
import { solve } from './solve.ts';
import { nodeAt, type SourcePlace } from './source-node.ts';
import { withItem, withoutItem } from './write-list.ts';

/** What is missing or too much is an item of a list in the parameters. */
export function itemWays(
  params: readonly Param[],
  { what, from, to }: ReportedChange,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  if (from !== null && to !== null) return [];
  const words = what.split(/[ ,]+/);
  return params.flatMap(({ list, pieces }) => {
    const text = writtenText(pieces);
    if (list === undefined || !words.includes(text.replace(/=.*$/, ''))) return [];
    if ((list.of.raw as readonly unknown[]).length < 2) return [];
    return [withoutListItem(list.of, list.index, sources)];
  });
}

function withoutListItem(list: WrittenValue, index: number, sources: SourceTexts): Candidate | string {
  const item = insideOf(list, index);
  const found = item?.place === undefined ? undefined : listAt(item.place, sources);
  if (found === undefined) return 'the list is not written in one piece';
  const { text, file, path } = found;
  const written = withoutItem(text, file, path.slice(0, -1), Number(path.at(-1)));
  if (written === undefined) return `the list in ${file} cannot be written without the item`;
  return {
    files: new Map([[file, written]]),
    variables: new Map(),
    undeclares: true,
    about: `${basename(file)}:${item?.place?.line}`,
  };
}

/** The file of an item of a list, and the keys that lead to it. */
function listAt(
  place: SourcePlace,
  sources: SourceTexts,
): { readonly text: string; readonly file: string; readonly path: readonly Value[] } | undefined {
  const text = sources.textOf(place.file);
  const node = text === undefined ? undefined : nodeAt(text, place);
  return text === undefined || node?.path === undefined ? undefined : { text, file: place.file, path: node.path };
}

/** A list whose items are told together, such as the groups of a user. */
export function listWays(
  params: readonly Param[],
  { from, to }: ReportedChange,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  if (from === null || to === null) return [];
  const named = (text: string): readonly string[] => (text === 'none' ? [] : text.split(/,\s*/));
  const [declared, found] = [named(to), named(from)];
  const missing = declared.filter((one) => !found.includes(one));
  const more = found.filter((one) => !declared.includes(one));
  if (missing.length + more.length === 0) return [];
  const isOurs = (texts: readonly string[]): boolean =>
    texts.length > 0 && texts.every((one) => declared.includes(one)) && missing.every((one) => texts.includes(one));
  const textOf = ({ pieces }: Param): string => writtenText(pieces);
  const joined = params.flatMap((param) => {
    const items = textOf(param).split(/,\s*/);
    const after = [...items.filter((one) => !missing.includes(one)), ...more].join(',');
    return param.list === undefined && items.length > 0 && isOurs(items)
      ? ways(solve(param.pieces, { declared: textOf(param), found: after }), sources)
      : [];
  });
  const lists = new Map(params.flatMap(({ list }) => (list === undefined ? [] : [[list.of.raw, list.of] as const])));
  const edited = [...lists.values()].flatMap((list): (Candidate | string)[] => {
    const items = params.filter((param) => param.list?.of.raw === list.raw);
    if (!isOurs(items.map(textOf))) return [];
    const first = insideOf(list, 0)?.place;
    const at = first === undefined ? undefined : listAt(first, sources);
    if (at === undefined) return ['the list is not written in one piece'];
    const path = at.path.slice(0, -1);
    const drop = items.flatMap((param, index) => (missing.includes(textOf(param)) ? [index] : [])).reverse();
    const added = more.reduce<string | undefined>(
      (text, one) => (text === undefined ? undefined : withItem(text, at.file, path, one)),
      at.text,
    );
    const text = drop.reduce<string | undefined>(
      (now, index) => (now === undefined ? undefined : withoutItem(now, at.file, path, index)),
      added,
    );
    if (text === undefined) return [`the list in ${at.file} cannot be written`];
    return [{ files: new Map([[at.file, text]]), variables: new Map(), about: `${basename(at.file)}:${first?.line}` }];
  });
  return [...joined, ...edited];
}

/** What is missing or too much is an item of the task's loop. */
export function loopWays(
  { task, item }: Declared,
  { from, to }: ReportedChange,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  const loop = task?.loop;
  if (loop === undefined || item === undefined || (from !== null && to !== null)) return [];
  const list = loopList(task, sources);
  return typeof list === 'string' ? [list] : [withoutListItem(list, item, sources)];
}

/** The list that a task loops over, as written. */
export function loopList(task: Declared['task'], sources: SourceTexts): WrittenValue | string {
  const { over, lookup } = task?.loop ?? {};
  if (over === undefined || !['items', 'list', undefined].includes(lookup)) return 'its loop is computed';
  const inner = soleExpression(over.value);
  const list = inner === undefined ? { raw: over.value, place: sourcePlace(over.at) } : valueNamed(inner, sources);
  if (typeof list === 'string') return list;
  if (!Array.isArray(list.raw) || (lookup === 'items' && list.raw.some(Array.isArray))) return 'its loop is computed';
  return list;
}
