import { basename } from 'node:path';
import type { ReportedChange } from '../../core/event.ts';
import { type Candidate, ways } from './candidate.ts';
import type { Declared } from './look.ts';
import type { Param } from './params.ts';
import { COMPUTED, type Piece, type SourceTexts, writtenText } from './pieces.ts';
import { type Fix, type Pair, solve } from './solve.ts';
import { nodeAt } from './source-node.ts';
import { withDictEntry } from './write-list.ts';

/** A parameter with the name of what differs takes the value that is found. */
export function named(
  params: readonly Param[],
  { what, from }: ReportedChange,
  declared: Declared,
  sources: SourceTexts,
): readonly (Candidate | string)[] {
  const last = what.split(/,? /).at(-1) ?? what;
  if (from === null || from === '' || declared.type?.params[last] === undefined) return [];
  const own = params.filter(({ name, list }) => name === last && list === undefined);
  return own.flatMap(({ pieces }) => {
    const text = writtenText(pieces);
    return text.includes(COMPUTED) ? [] : ways(solve(pieces, { declared: text, found: from }), sources);
  });
}

/** The ways in which one parameter accounts for a difference. */
export function valueWays(param: Param, pairs: readonly Pair[], sources: SourceTexts): readonly (Candidate | string)[] {
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
export function wordWays(
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

/** Parameters that say how something is to be, and not what. */
const TURNS = ['state', 'enabled', 'masked'];

/** What is absent, present, started, enabled: the parameters for that take another value. */
export function turnWays(
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
    const text = writtenText(param.pieces);
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
