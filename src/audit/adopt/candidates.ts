import { basename, dirname, join, resolve } from 'node:path';
import type { ReportedChange } from '../../core/event.ts';
import { hash } from '../../core/hash.ts';
import { statOf } from '../../core/local-file.ts';
import { isDict, type Raw, Template, type Value } from '../../core/value.ts';
import { isEnvelope } from '../../language/vault/envelope.ts';
import { locationOf } from '../../yaml/places.ts';
import { plainText } from './line-ends.ts';
import type { Declared } from './look.ts';
import {
  insideOf,
  type Piece,
  piecesOf,
  type SourceTexts,
  sourcePlace,
  valueNamed,
  type WrittenValue,
} from './pieces.ts';
import { byPlace, type Fix, fixed, type Pair, solve } from './solve.ts';
import { nodeAt, type SourcePlace } from './source-node.ts';
import { isTemplated, templateFix } from './template-lines.ts';
import { withDictEntry, withItem, withoutItem } from './write-list.ts';
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

/** Ways to change the sources, and reasons why others are barred. */
interface Ways {
  readonly candidates: readonly Candidate[];
  readonly barred: readonly string[];
}

/** Parameters that say how something is to be, and not what. */
const TURNS = ['state', 'enabled', 'masked'];

/** The ways to declare what a change would replace, most likely first. `read`: the content on the host, if the change does not tell it. */
export function waysFor(declared: Declared, change: ReportedChange, sources: SourceTexts, read?: string): Ways {
  const { task, type } = declared;
  if (task === undefined || type === undefined) return { candidates: [], barred: ['its task is not known'] };
  const barred: string[] = [];
  const params = paramsOf(declared, sources);
  const pairs = pairsOf(change, declared);
  const found: (Candidate | string)[] = [
    ...named(params, change, declared, sources),
    ...pairs.flatMap((pair) => params.flatMap((param) => valueWays(param, [pair], sources))),
    ...wordWays(change, params, sources),
    ...fileWays(declared, params, change, sources, read),
    ...itemWays(params, change, sources),
    ...listWays(params, change, sources),
    ...loopWays(declared, change, sources),
    ...turnWays(declared, params, change, sources),
  ];
  const seen = new Set<string>();
  const candidates = found.flatMap((one) => {
    if (typeof one === 'string') {
      barred.push(one);
      return [];
    }
    const key = JSON.stringify([...one.files]);
    if (seen.has(key) || one.files.size === 0) return [];
    seen.add(key);
    return [one];
  });
  return { candidates, barred: [...new Set(barred)] };
}

/** A parameter, or a value in one. */
interface Param extends WrittenValue {
  /** Its own name, or that of what it is in. */
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** It is an item of this list. */
  readonly list?: { readonly of: WrittenValue; readonly index: number };
}

function paramsOf({ task }: Declared, sources: SourceTexts): readonly Param[] {
  const args = task?.args;
  if (!isDict(args)) return [];
  return [...(args as Map<Value, Raw>)].flatMap(([key, raw]) => {
    const { value, key: keyAt } = locationOf(args, key) ?? {};
    // Parameters in one line have the place of the whole line.
    const place = sourcePlace(value ?? task?.argsAt, keyAt === undefined ? String(key) : undefined);
    return within({ raw, place }, String(key), sources, 0);
  });
}

/** A value and all that is in it, also where a variable has it. */
function within(value: WrittenValue, name: string, sources: SourceTexts, depth: number): readonly Param[] {
  const [, inner] =
    value.raw instanceof Template ? (/^\{\{-?\s*((?:(?!\}\}).)*?)\s*-?\}\}$/s.exec(value.raw.source) ?? []) : [];
  const followed = inner === undefined ? value : valueNamed(inner, sources);
  const seen = typeof followed === 'string' ? value : followed;
  if (depth < 4 && Array.isArray(seen.raw))
    return seen.raw.flatMap((_: unknown, index: number) => {
      const item = insideOf(seen, index);
      if (item === undefined) return [];
      return within(item, name, sources, depth + 1).map((param) => ({
        ...param,
        list: param.list ?? { of: seen, index },
      }));
    });
  if (depth < 4 && isDict(seen.raw))
    return [...seen.raw.keys()].flatMap((key) => {
      const entry = insideOf(seen, key);
      return entry === undefined ? [] : within(entry, String(key), sources, depth + 1);
    });
  return [{ ...value, name, pieces: piecesOf(value, sources) }];
}

/** What is declared and found, in the forms in which a change tells it. */
function pairsOf({ from, to, diff }: ReportedChange, { outcome }: Declared): readonly Pair[] {
  const bare = (text: string): string => text.replace(/^→ /, '');
  const { before, after } = outcome.result;
  return [
    ...(from !== null && to !== null ? [{ declared: bare(to), found: bare(from) }] : []),
    ...(diff !== undefined && from !== null && isWhole(diff.before)
      ? [{ declared: diff.after, found: diff.before }]
      : []),
    ...(typeof before === 'string' && typeof after === 'string' && from !== null
      ? [{ declared: after, found: before }]
      : []),
  ];
}

/** Whether the text of a diff is the content itself and not a description. */
const isWhole = (text: string): boolean => !/^\((?:binary|large), \d+ bytes, sha1 [0-9a-f]{40}\)\n$/.test(text);

/** A parameter with the name of what differs takes the value that is found. */
function named(
  params: readonly Param[],
  { what, from }: ReportedChange,
  declared: Declared,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  const last = what.split(/,? /).at(-1) ?? what;
  if (from === null || from === '' || declared.type?.params[last] === undefined) return [];
  const own = params.filter(({ name, list }) => name === last && list === undefined);
  return own.flatMap(({ pieces }) => {
    const text = pieces.map((piece) => (piece.kind === 'written' ? piece.text : '\0')).join('');
    return text.includes('\0') ? [] : ways(solve(pieces, { declared: text, found: from }), sources);
  });
}

/** The ways in which one parameter accounts for a difference. */
function valueWays(param: Param, pairs: readonly Pair[], sources: SourceTexts): readonly (Candidate | string)[] {
  return pairs.flatMap((pair) => [
    ...ways(solve(param.pieces, pair), sources),
    // What is declared may be a part of a parameter: `nginx=1.22`.
    ...(pair.declared.length > 1 ? ways(inside(param.pieces, pair), sources) : []),
  ]);
}

function inside(pieces: readonly Piece[], { declared, found }: Pair): readonly (readonly Fix[])[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === 'computed' || piece.text === declared || piece.text.split(declared).length !== 2) return [];
    const at = piece.from + piece.text.indexOf(declared);
    const { place, variable } = piece;
    return [[{ place, from: at, to: at + declared.length, text: found, ...(variable !== undefined && { variable }) }]];
  });
}

/** Several words differ, each of which is a parameter: the fields of a cron job. */
function wordWays(
  { from, to, diff }: ReportedChange,
  params: readonly Param[],
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  const lines = [
    ...(from !== null && to !== null ? [{ declared: to, found: from }] : []),
    ...(diff === undefined || from === null ? [] : linePairs({ declared: diff.after, found: diff.before })),
  ];
  return lines.flatMap(({ declared, found }) => {
    const [a, b] = [declared.split(/\s+/), found.split(/\s+/)];
    if (a.length !== b.length || a.length < 2) return [];
    const differing = a.flatMap((word, index) =>
      word === b[index] ? [] : [{ declared: word, found: b[index] ?? '' }],
    );
    if (differing.length < 1 || differing.length > 6) return [];
    const each = differing.map((pair) =>
      params.flatMap(({ pieces }) => solve(pieces, pair).flatMap((way) => (typeof way === 'string' ? [] : [way]))),
    );
    const combined = each.reduce<readonly (readonly Fix[])[]>(
      (all, some) => all.flatMap((known) => some.slice(0, 3).map((one) => [...known, ...one])).slice(0, 8),
      [[]],
    );
    return ways(combined, sources);
  });
}

/** The lines that differ, if as many are found as are declared. */
function linePairs({ declared, found }: Pair): readonly Pair[] {
  const [a, b] = [declared.split('\n'), found.split('\n')];
  if (a.length !== b.length) return [];
  return a.flatMap((line, index) => (line === b[index] ? [] : [{ declared: line, found: b[index] ?? '' }])).slice(0, 4);
}

/** Fixes of values in files, as candidates. */
function ways(solved: readonly (readonly Fix[] | string)[], sources: SourceTexts): readonly (Candidate | string)[] {
  return solved.map((fixes) => (typeof fixes === 'string' ? fixes : candidateOf(fixes, sources)));
}

/** Makes fixes in the files. */
function candidateOf(
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

/** The types that bring a file of the controller to a host, and where it is looked for. */
const FILE_KINDS: Readonly<Record<string, 'files' | 'templates'>> = { copy: 'files', template: 'templates' };

/** Where the content that a change would replace is to be read on the host, if the change does not tell it. */
export function contentToRead({ type, outcome }: Declared, change: ReportedChange): string | undefined {
  const { dest } = outcome.result;
  const isTold = change.diff !== undefined && toldContent(change) !== undefined;
  if (kindOfFile(type) === undefined || !/^content( of |$)/.test(change.what) || isTold || typeof dest !== 'string')
    return undefined;
  return join(dest, change.what.slice('content of '.length));
}

/** The content on the host, if a change tells it. */
function toldContent({ diff, from }: ReportedChange): string | undefined {
  // The change has a digest of the content if it has seen it.
  const [, digest] = /^([0-9a-f]{12}) \(/.exec(from ?? '') ?? [];
  return digest !== undefined && diff !== undefined && hash('sha1', diff.before).startsWith(digest)
    ? diff.before
    : undefined;
}

const kindOfFile = (type: Declared['type']): 'files' | 'templates' | undefined =>
  FILE_KINDS[type?.name.replace(/^.*\./, '') ?? ''];

/** The file that is copied, or the template. */
function fileWays(
  { task, type }: Declared,
  params: readonly Param[],
  change: ReportedChange,
  sources: SourceTexts,
  read: string | undefined,
): readonly (Candidate | string)[] {
  const { diff, from, to, what } = change;
  const kind = kindOfFile(type);
  const src = params.find(({ name }) => name === 'src');
  if (kind === undefined || src === undefined || from === null || !/^content( of |$)/.test(what)) return [];
  const found = toldContent(change) ?? read;
  if (found === undefined || !isPlainText(found))
    return ['the content on the host is not text, cannot be read, or is too large'];
  if (params.some(({ name }) => name.endsWith('_string'))) return ['the template has marks of its own for expressions'];
  const barred = src.pieces.flatMap((piece) => (piece.kind === 'computed' ? [`src: ${piece.why}`] : []));
  if (barred.length > 0) return barred;
  const name = src.pieces.map((piece) => (piece.kind === 'written' ? piece.text : '')).join('');
  const part = what.startsWith('content of ') ? what.slice('content of '.length) : undefined;
  const path = localFile(task?.searchPath ?? [], kind, name, part);
  const raw = path === undefined ? undefined : sources.rawOf(path);
  if (path === undefined || raw === undefined) return [`${part ?? name} was not found here, or is not text`];
  if (isEnvelope(raw)) return [`${path} is encrypted with vault`];
  if (kind === 'files')
    return to?.startsWith(hash('sha1', raw).slice(0, 12)) === true
      ? [{ files: new Map([[path, found]]), exact: true, variables: new Map(), about: basename(path) }]
      : [`${path} is not what the task copies`];
  if (diff === undefined || !isWhole(diff.after)) return ['what the template renders to is not told'];
  const fix = templateFix(plainText(raw), path, { declared: diff.after, found }, sources);
  if (typeof fix === 'string') return [fix];
  return [candidateOf(fix.fixes, sources, fix.text === undefined ? new Map() : new Map([[path, fix.text]]))];
}

/** Whether a text can stand in a patch: control characters could do something to a terminal. */
const isPlainText = (text: string): boolean => text.isWellFormed() && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);

function localFile(
  searchPath: readonly string[],
  kind: string,
  name: string,
  part: string | undefined,
): string | undefined {
  const folders = searchPath.flatMap((folder) => [
    resolve(folder, kind, name),
    resolve(folder, '..', kind, name),
    resolve(folder, name),
  ]);
  const found = folders.find((path) => statOf(path) !== undefined);
  if (found === undefined || part === undefined) return found;
  // The content of a directory is copied, or the directory itself.
  return [join(found, part), join(dirname(found), part)].find((path) => statOf(path)?.isFile() === true);
}

/** What is missing or too much is an item of a list in the parameters. */
function itemWays(
  params: readonly Param[],
  { what, from, to }: ReportedChange,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  if (from !== null && to !== null) return [];
  const words = what.split(/[ ,]+/);
  return params.flatMap(({ list, pieces }) => {
    const text = pieces.map((piece) => (piece.kind === 'written' ? piece.text : '\0')).join('');
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
function listWays(
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
  const textOf = ({ pieces }: Param): string =>
    pieces.map((piece) => (piece.kind === 'written' ? piece.text : '\0')).join('');
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
function loopWays(
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
  const [, inner] =
    over.value instanceof Template ? (/^\{\{-?\s*((?:(?!\}\}).)*?)\s*-?\}\}$/s.exec(over.value.source) ?? []) : [];
  const list = inner === undefined ? { raw: over.value, place: sourcePlace(over.at) } : valueNamed(inner, sources);
  if (typeof list === 'string') return list;
  if (!Array.isArray(list.raw) || (lookup === 'items' && list.raw.some(Array.isArray))) return 'its loop is computed';
  return list;
}

/** What is absent, present, started, enabled: the parameters for that take another value. */
function turnWays(
  { type }: Declared,
  params: readonly Param[],
  { from, to }: ReportedChange,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  const isTurn = from === null || to === null;
  const given = TURNS.flatMap((name) => {
    const param = params.find((one) => one.name === name && one.list === undefined);
    const spec = type?.params[name];
    if (param === undefined || spec === undefined) return [];
    const text = param.pieces.map((piece) => (piece.kind === 'written' ? piece.text : '\0')).join('');
    const others: readonly string[] = spec.type === 'bool' ? [opposite(text)] : (spec.choices ?? []).map(String);
    return others
      .filter(
        (one) => one !== text && one !== '' && (isTurn || !['absent', 'present'].includes(one) || text === 'latest'),
      )
      .flatMap((one) => ways(solve(param.pieces, { declared: text, found: one }), sources));
  });
  const state = type?.params['state'];
  const last = params.findLast(
    ({ list, place, variable }) => list === undefined && variable === undefined && place !== undefined,
  );
  if (from !== null || state?.choices?.includes('absent') !== true || params.some(({ name }) => name === 'state'))
    return given;
  const text = last?.place === undefined ? undefined : sources.textOf(last.place.file);
  const node = text === undefined || last?.place === undefined ? undefined : nodeAt(text, last.place);
  if (text === undefined || node === undefined || last?.place === undefined) return given;
  const written = withDictEntry(text, last.place.file, node, ['state', 'absent']);
  if (written === undefined) return given;
  return [
    ...given,
    {
      files: new Map([[last.place.file, written]]),
      variables: new Map(),
      about: `${basename(last.place.file)}:${last.place.line}`,
    },
  ];
}

const OPPOSITES: Readonly<Record<string, string>> = {
  true: 'false',
  yes: 'no',
  on: 'off',
  True: 'False',
  Yes: 'No',
  On: 'Off',
};

/** The other truth value, in the same words. */
function opposite(text: string): string {
  const [back] = Object.entries(OPPOSITES).find(([, other]) => other === text) ?? [];
  return OPPOSITES[text] ?? back ?? '';
}
