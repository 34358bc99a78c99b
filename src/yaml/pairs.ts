import type { Raw, Value } from '../core/value.ts';
import { type Cursor, SyntaxMistake } from './cursor.ts';
import { offsetsOf, positionAt, setPlaces } from './places.ts';

/** A dict being read. */
interface Pairs {
  readonly map: Map<Value, Raw>;
  readonly offsets: number[];
  /** Dicts under `<<`, which the dict's own keys override. */
  readonly merged: Map<Value, Raw>[];
}

/** A key: a value, or `<<`. */
export type Key = { readonly value: Value; readonly merge: boolean; readonly from: number; readonly to: number };

/** A value, and where it is written. */
interface Written {
  readonly value: Raw;
  readonly from: number;
  readonly to: number;
}

/** An empty mapping. */
export const newPairs = (): Pairs => ({ map: new Map(), offsets: [], merged: [] });

/** Add a pair; of equal keys, the last wins, with a warning. */
export function addPair(c: Cursor, pairs: Pairs, key: Key, { value, from, to }: Written): void {
  if (key.merge) {
    pairs.merged.push(...mergeSources(value, key));
    return;
  }
  if (pairs.map.has(key.value)) replacePlaces(c, pairs, key, from, to);
  else pairs.offsets.push(key.from, key.to, from, to);
  pairs.map.set(key.value, value);
}

function mergeSources(value: Raw, key: Key): Map<Value, Raw>[] {
  const sources = Array.isArray(value) ? (value as readonly Raw[]) : [value];
  return sources.map((source) => {
    if (source instanceof Map) return source as Map<Value, Raw>;
    throw new SyntaxMistake('"<<" needs a dict or a list of dicts', key.from, key.to);
  });
}

function replacePlaces(c: Cursor, pairs: Pairs, key: Key, from: number, to: number): void {
  const index = [...pairs.map.keys()].indexOf(key.value);
  c.warnings.push({
    severity: 'warning',
    code: 'duplicate-key',
    message: `found a duplicate dict key (${String(key.value)}). Using last defined value only.`,
    at: positionAt(c.source, key.from, key.to),
    hint: `first defined at line ${positionAt(c.source, pairs.offsets[index * 4]!).line}`,
  });
  pairs.offsets.splice(index * 4, 4, key.from, key.to, from, to);
}

/** The finished dict. */
export function finishPairs(c: Cursor, pairs: Pairs): Map<Value, Raw> {
  if (pairs.merged.length === 0) {
    setPlaces(pairs.map, c.source, pairs.offsets);
    return pairs.map;
  }
  return mergePairs(c, pairs);
}

// Merged keys come first, as in PyYAML; of several sources, the first wins.
function mergePairs(c: Cursor, pairs: Pairs): Map<Value, Raw> {
  const map = new Map<Value, Raw>();
  for (const source of pairs.merged.toReversed()) for (const [key, value] of source) map.set(key, value);
  for (const [key, value] of pairs.map) map.set(key, value);
  const own = new Map([...pairs.map.keys()].map((key, index) => [key, pairs.offsets.slice(index * 4, index * 4 + 4)]));
  const offsets = [...map.keys()].flatMap((key) => own.get(key) ?? placesOfMerged(pairs, key));
  setPlaces(map, c.source, offsets);
  return map;
}

function placesOfMerged(pairs: Pairs, key: Value): readonly number[] {
  const source = pairs.merged.find((candidate) => candidate.has(key));
  return (source && offsetsOf(source, key)) ?? [-1, -1, 0, 0];
}
