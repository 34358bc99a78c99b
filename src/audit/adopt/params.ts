import { isDict, type Raw, type Value } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Declared } from './look.ts';
import {
  insideOf,
  type Piece,
  piecesOf,
  type SourceTexts,
  soleExpression,
  sourcePlace,
  valueNamed,
  type WrittenValue,
} from './pieces.ts';

/** A parameter, or a value in one. */
export interface Param extends WrittenValue {
  /** Its own name, or that of what it is in. */
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** It is an item of this list. */
  readonly list?: { readonly of: WrittenValue; readonly index: number };
}

/** The parameters of a task, and all values in them. */
export function paramsOf({ task }: Declared, sources: SourceTexts): readonly Param[] {
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
  const inner = soleExpression(value.raw);
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
