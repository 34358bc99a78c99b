import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { contains, equals, lookup, mapping, sequence, truth } from '../python/values.ts';

const LIST_MERGES: Record<string, (low: readonly Value[], high: readonly Value[]) => Value> = {
  replace: (_low, high) => [...high],
  keep: (low) => [...low],
  append: (low, high) => [...low, ...high],
  prepend: (low, high) => [...high, ...low],
  append_rp: (low, high) => [...low.filter((item) => !truth(contains([...high], item))), ...high],
  prepend_rp: (low, high) => [...high, ...low.filter((item) => !truth(contains([...high], item)))],
};

/** Merges a dict into another; values in `high` win. With `recursive`, inner dicts are merged too, and lists as specified. */
export function mergeDicts(
  low: ReadonlyMap<Value, Value>,
  high: ReadonlyMap<Value, Value>,
  recursive: boolean,
  listMerge: string,
): Map<Value, Value> {
  const mergeLists =
    LIST_MERGES[listMerge] ??
    fail(
      "merge_hash: 'list_merge' argument can only be equal to 'replace', 'keep', 'append', 'prepend', 'append_rp' or 'prepend_rp'",
    );
  const merged = new Map(low);
  for (const [key, value] of high) {
    const below = lookup(low, key);
    merged.set(key, below === undefined ? value : merge(below, value));
  }
  return merged;

  function merge(below: Value, value: Value): Value {
    if (equals(below, value)) return value;
    const [lowDict, highDict] = [mapping(below), mapping(value)];
    if (lowDict && highDict) return recursive ? mergeDicts(lowDict, highDict, true, listMerge) : value;
    const [lowList, highList] = [sequence(below), sequence(value)];
    return lowList && highList ? mergeLists(lowList, highList) : value;
  }
}
