import { str } from '../python/repr.ts';
import { sequence } from '../python/values.ts';
import { type Lookups, lookup } from './lookup.ts';

/** Lookups for the inventory. */
export const inventoryLookups: Lookups = {
  inventory_hostnames: lookup((terms, _options, { session }) => {
    const patterns = terms.flatMap((term) => sequence(term) ?? [term]);
    return [...session.env.hosts(patterns.map(str).join(','))];
  }),
};
