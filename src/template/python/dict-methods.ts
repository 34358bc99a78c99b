import { Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { LazyMapping } from './object.ts';
import { repr } from './repr.ts';
import { type Callees, fn } from './signature.ts';
import { assign, existingKey, hashable, iterate, lookup, mapping } from './values.ts';

const dictOf = (value: Value): Map<Value, Value> =>
  value instanceof LazyMapping ? value.toDict() : (value as Map<Value, Value>);

/** The methods of dicts. Python returns views, we return lists. */
export const dictMethods: Callees = {
  get: fn(
    'self, key, default=None',
    ([self, key, fallback]) =>
      (self instanceof LazyMapping ? self.get(String(key)) : lookup(dictOf(self), hashable(key))) ?? fallback,
  ),
  keys: fn('self', ([self]) => (self instanceof LazyMapping ? self.keys() : [...dictOf(self).keys()])),
  values: fn('self', ([self]) => [...dictOf(self).values()]),
  items: fn('self', ([self]) => [...dictOf(self)].map((entry) => new Tuple(entry))),
  copy: fn('self', ([self]) => new Map(dictOf(self))),
  update: fn('self, *others, **named', ([self, others, named]) => {
    for (const other of [...(others as Value[]), named]) merge(dictOf(self), other);
    return null;
  }),
  pop: fn('self, key, *default', ([self, key, fallback]) => {
    const dict = dictOf(self);
    const existing = existingKey(dict, key);
    if (existing === undefined)
      return (fallback as Value[])[0] ?? ((fallback as Value[]).length ? null : fail(repr(key)));
    const value = dict.get(existing);
    dict.delete(existing);
    return value ?? null;
  }),
  popitem: fn('self', ([self]) => {
    const last = [...dictOf(self)].at(-1);
    if (!last) return fail("'popitem(): dictionary is empty'");
    dictOf(self).delete(last[0]);
    return new Tuple(last);
  }),
  setdefault: fn('self, key, default=None', ([self, key, fallback]) => {
    const present = lookup(dictOf(self), key);
    if (present !== undefined) return present;
    assign(dictOf(self), key, fallback);
    return fallback;
  }),
  clear: fn('self', ([self]) => {
    dictOf(self).clear();
    return null;
  }),
  fromkeys: fn('self, keys, value=None', ([, keys, value]) => new Map(iterate(keys).map((key) => [key, value]))),
};

function merge(dict: Map<Value, Value>, other: Value): void {
  const entries = mapping(other);
  if (entries) for (const [key, value] of entries) assign(dict, key, value);
  else for (const pair of iterate(other)) assign(dict, iterate(pair)[0]!, iterate(pair)[1]!);
}

/** Python's `dict(...)`. */
export function makeDict(args: readonly Value[], named: ReadonlyMap<string, Value>): Map<Value, Value> {
  const dict = new Map<Value, Value>();
  for (const other of args) merge(dict, other);
  for (const [key, value] of named) dict.set(key, value);
  return dict;
}
