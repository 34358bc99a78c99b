import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import type { Kwargs } from '../python/object.ts';

/** A lookup, which returns a list of what it finds for its terms. A user's lookup may return anything. */
export interface Lookup {
  run(terms: readonly Value[], options: Kwargs, context: Context): Value;
}

/** A table of lookups. */
export type Lookups = Readonly<Record<string, Lookup>>;

/** Makes a lookup from a function. */
export const lookup = (run: Lookup['run']): Lookup => ({ run });
