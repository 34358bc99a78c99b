import { groupBy } from '../../core/group-by.ts';
import { escapePattern } from '../../core/text/escape-pattern.ts';
import { listDifferences } from '../../report/list-differences.ts';
import type { Piece } from './pieces.ts';
import type { SourcePlace } from './source-node.ts';

/** Another text for some characters of a value. */
export interface Fix {
  readonly place: SourcePlace;
  readonly variable?: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What is declared, and what is found in its place. */
export interface Pair {
  readonly declared: string;
  readonly found: string;
}

/** The most places at which a short text is looked for in a longer one. */
const MOST_PLACES = 40;

/**
 * The ways to change the parts of a text so that what is declared becomes what is found: where the text is all or a part of what is declared,
 * and the rest agrees. A string says why a way is barred.
 */
export function solve(pieces: readonly Piece[], pair: Pair): readonly (readonly Fix[] | string)[] {
  if (pair.declared === pair.found) return [];
  return spansIn(pieces, pair.declared).flatMap(({ bounds }) => {
    const start = bounds[0] ?? 0;
    const rest = pair.declared.length - (bounds.at(-1) ?? 0);
    const isAgreed =
      pair.found.length >= start + rest &&
      pair.found.startsWith(pair.declared.slice(0, start)) &&
      pair.found.endsWith(pair.declared.slice(pair.declared.length - rest));
    if (!isAgreed) return [];
    const found = pair.found.slice(start, pair.found.length - rest);
    return [fixesIn(pieces, pair.declared, bounds, found)];
  });
}

/** Where the parts begin and end in a text. */
interface Span {
  readonly bounds: readonly number[];
}

function spansIn(pieces: readonly Piece[], text: string): readonly Span[] {
  if (pieces.every((piece) => piece.kind === 'written' && piece.text === '')) return [];
  const pattern = pieces.map((piece) => (piece.kind === 'computed' ? '([^\\n]*?)' : `(${escapePattern(piece.text)})`));
  const spans: Span[] = [];
  const whole = new RegExp(`^${pattern.join('')}$`, 'd').exec(text);
  const part = new RegExp(pattern.join(''), 'dg');
  const add = (match: RegExpExecArray): void => {
    const groups = (match.indices ?? []).slice(1);
    spans.push({ bounds: [groups[0]?.[0] ?? 0, ...groups.map((group) => group?.[1] ?? 0)] });
  };
  if (whole !== null) add(whole);
  // A part that could be anything says nothing about where it is.
  const isFirm = pieces.some((piece) => piece.kind === 'written' && piece.text.trim() !== '');
  for (
    let match = isFirm ? part.exec(text) : null;
    match !== null && spans.length < MOST_PLACES;
    match = part.exec(text)
  ) {
    if (match[0].length < text.length) add(match);
    part.lastIndex = match.index + 1;
  }
  return spans;
}

function fixesIn(
  pieces: readonly Piece[],
  declared: string,
  bounds: readonly number[],
  found: string,
): readonly Fix[] | string {
  const start = bounds[0] ?? 0;
  const before = declared.slice(start, bounds.at(-1));
  const [only] = pieces;
  const hunks = pieces.length === 1 ? [{ from: 0, to: before.length, text: found }] : hunksOf(before, found);
  const parts = pieces.map((piece, index) => ({
    piece,
    from: (bounds[index] ?? 0) - start,
    to: (bounds[index + 1] ?? 0) - start,
  }));
  const texts = new Map<(typeof parts)[number], string>();
  // From the end, so that earlier offsets stay right.
  for (const hunk of [...hunks].reverse()) {
    const around = parts.filter(({ from, to }) => from <= hunk.from && hunk.to <= to);
    const part = around.find(({ piece }) => piece.kind === 'written' && piece.variable !== undefined) ?? around[0];
    if (part === undefined) return 'what differs goes beyond one part of the text';
    if (part.piece.kind === 'computed') return part.piece.why;
    const text = texts.get(part) ?? part.piece.text;
    texts.set(part, text.slice(0, hunk.from - part.from) + hunk.text + text.slice(hunk.to - part.from));
  }
  if (only === undefined) return 'it is empty';
  return [...texts].map(([{ piece }, text]): Fix => {
    if (piece.kind === 'computed') throw new Error('a computed part has no text to change');
    const { place, from, to, variable } = piece;
    return { place, from, to, text, ...(variable !== undefined && { variable }) };
  });
}

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The words in which two texts differ, by their offsets in the first. */
function hunksOf(before: string, after: string): readonly Hunk[] {
  const words = (text: string): readonly string[] => text.match(/\s+|\w+|[^\w\s]/g) ?? [];
  const all = words(before);
  return listDifferences(all, words(after)).map(({ at, from, to }) => {
    const start = all.slice(0, at).join('').length;
    return { from: start, to: start + from.join('').length, text: to.join('') };
  });
}

/** The fixes of each value, so that it is written once. */
export const byPlace = (fixes: readonly Fix[]): readonly (readonly [Fix, ...Fix[]])[] => [
  ...groupBy(fixes, ({ place }) => JSON.stringify([place.file, place.line, place.column, place.pair])).values(),
];

/** A value with its fixes made. */
export const fixed = (value: string, fixes: readonly Fix[]): string =>
  [...fixes]
    .sort((one, other) => other.from - one.from)
    .reduce((text, { from, to, text: other }) => text.slice(0, from) + other + text.slice(to), value);
