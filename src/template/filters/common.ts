import type { Value } from '../../core/value.ts';
import { Undefined } from '../python/object.ts';
import { str, undefinedError } from '../python/repr.ts';

/** Text in lower case, for comparisons that ignore it; anything else as it is. */
export const lower = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** A value's text; what is undefined fails. */
export const asText = (value: Value): string => str(value);

/** A value that must be there. */
export function present(value: Value): Value {
  if (value instanceof Undefined) throw undefinedError(value);
  return value;
}

/** What Python's `sorted` does: stable, by a comparison. */
export function sorted<T>(items: readonly T[], compare: (a: T, b: T) => number, reverse = false): T[] {
  return [...items].sort(reverse ? (a, b) => compare(b, a) : compare);
}
