import type { Position } from '../core/source.ts';

/** Text with its name, and where its lines start (computed on demand). */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The offsets of `!unsafe` tags. */
  unsafeTags?: number[];
  lineStarts?: readonly number[];
  /** The line of the last requested place, because the next one is usually nearby. */
  lastLine?: number;
}

/** Where a container's value was written, where its key was if it has one, and its text as written. */
export interface Location {
  readonly key?: Position;
  readonly value: Position;
  readonly source?: string;
}

/**
 * Offsets of the entries of a container, in order: four numbers per entry (key from and to, value from and to; for entries of a list, the
 * key's are -1).
 */
interface Places {
  readonly source: SourceText;
  readonly offsets: readonly number[];
}

// A side table, so that values remain plain data that any code can create.
const places = new WeakMap<object, Places>();

/** Record where the entries of a container were written. */
export function setPlaces(container: object, source: SourceText, offsets: readonly number[]): void {
  places.set(container, { source, offsets });
}

/**
 * Where the entry of a dict (by key) or list (by index) was written; undefined for anything that does not come from a
 * file.
 */
export function locationOf(container: unknown, key: unknown): Location | undefined {
  if (typeof container !== 'object' || container === null) return undefined;
  const known = places.get(container);
  if (known === undefined) return undefined;
  const index = container instanceof Map ? indexOfKey(container, key) : Number(key);
  const { [index * 4]: keyFrom, [index * 4 + 1]: keyTo, [index * 4 + 2]: from, [index * 4 + 3]: to } = known.offsets;
  if (keyFrom === undefined || keyTo === undefined || from === undefined || to === undefined || from < 0)
    return undefined;
  const value = positionAt(known.source, from, to);
  const source = known.source.text.slice(from, to);
  return keyFrom < 0 ? { value, source } : { key: positionAt(known.source, keyFrom, keyTo), value, source };
}

/** Where the value of an entry was written: a cheaper `locationOf` for callers that need nothing else. */
export function valuePlaceOf(container: unknown, key: unknown): Position | undefined {
  if (typeof container !== 'object' || container === null) return undefined;
  const known = places.get(container);
  if (known === undefined) return undefined;
  const index = container instanceof Map ? indexOfKey(container, key) : Number(key);
  const from = known.offsets[index * 4 + 2];
  return from === undefined || from < 0 ? undefined : positionAt(known.source, from, known.offsets[index * 4 + 3]);
}

/** The places of a dict's values, each computed on first use. */
export function valuePlaces(map: ReadonlyMap<unknown, unknown>): ((index: number) => Position | undefined) | undefined {
  const known = places.get(map);
  if (known === undefined) return undefined;
  return (index) => {
    const from = known.offsets[index * 4 + 2];
    return from === undefined || from < 0 ? undefined : positionAt(known.source, from, known.offsets[index * 4 + 3]);
  };
}

/** Whether the value of an entry is marked `!unsafe`, or holds anything that is. */
export function holdsUnsafe(map: ReadonlyMap<unknown, unknown>, index: number): boolean {
  const known = places.get(map);
  if (known?.source.unsafeTags === undefined) return false;
  const { [index * 4 + 2]: from = -1, [index * 4 + 3]: to = -1 } = known.offsets;
  return known.source.unsafeTags.some((at) => at >= from && at < to);
}

/** The offsets of one entry of a dict, for another dict in the same text that takes over the entry. */
export function offsetsOf(map: ReadonlyMap<unknown, unknown>, key: unknown): readonly number[] | undefined {
  const index = indexOfKey(map, key);
  return places.get(map)?.offsets.slice(index * 4, index * 4 + 4);
}

function indexOfKey(map: ReadonlyMap<unknown, unknown>, key: unknown): number {
  let index = 0;
  for (const other of map.keys()) {
    if (other === key) return index;
    index++;
  }
  return Number.NaN;
}

/** The place of an offset in text; it extends at most to the end of the line. */
export function positionAt(source: SourceText, from: number, to: number = from): Position {
  source.lineStarts ??= findLineStarts(source.text);
  const starts = source.lineStarts;
  const line = lineNear(starts, from, source.lastLine ?? 0);
  source.lastLine = line;
  const lineEnd = (starts[line + 1] ?? source.text.length + 1) - 1;
  const length = Math.min(to, lineEnd) - from;
  const column = from - starts[line]! + 1;
  return length > 0
    ? { file: source.file, line: line + 1, column, length }
    : { file: source.file, line: line + 1, column };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineNear(starts: readonly number[], offset: number, near: number): number {
  for (let line = near; line < near + 32 && starts[line]! <= offset; line++) {
    const next = starts[line + 1];
    if (next === undefined || next > offset) return line;
  }
  return lineOf(starts, offset);
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Give a dict's entries the places that they have in the dicts it was made from. */
export function placeLike<M extends ReadonlyMap<unknown, unknown>>(
  target: M,
  ...origins: readonly ReadonlyMap<unknown, unknown>[]
): M {
  const source = origins.map((origin) => places.get(origin)?.source).find((found) => found !== undefined);
  if (source === undefined) return target;
  const known = origins.filter((origin) => places.get(origin)?.source === source);
  const offsets = [...target.keys()].flatMap(
    (key) => known.map((origin) => offsetsOf(origin, key)).find(isPlace) ?? nowhere,
  );
  setPlaces(target, source, offsets);
  return target;
}

const nowhere = [-1, -1, -1, -1];
const isPlace = (offsets: readonly number[] | undefined): boolean => offsets !== undefined && offsets.length === 4;

/** Give all entries of a dict the place of one entry in another, because they were parsed from its text. */
export function copyPlace(
  target: ReadonlyMap<unknown, unknown>,
  origin: ReadonlyMap<unknown, unknown>,
  key: unknown,
): void {
  const source = places.get(origin)?.source;
  const [, , from, to] = offsetsOf(origin, key) ?? [];
  if (source === undefined || from === undefined || to === undefined) return;
  setPlaces(
    target,
    source,
    [...target.keys()].flatMap(() => [-1, -1, from, to]),
  );
}
