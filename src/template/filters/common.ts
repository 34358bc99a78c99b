import type { Value } from '../../core/value.ts';
import { Undefined } from '../python/object.ts';
import { str, undefinedError } from '../python/repr.ts';

/** Lowercases text for case-insensitive comparison; leaves anything else unchanged. */
export const lower = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** A value's text; fails if it is undefined. */
export const asText = (value: Value): string => str(value);

/** Fails if the value is undefined; otherwise returns it. */
export function present(value: Value): Value {
  if (value instanceof Undefined) throw undefinedError(value);
  return value;
}

/** Python's `sorted`: a stable sort with a comparison function. */
export function sorted<T>(items: readonly T[], compare: (a: T, b: T) => number, reverse = false): T[] {
  return [...items].sort(reverse ? (a, b) => compare(b, a) : compare);
}
