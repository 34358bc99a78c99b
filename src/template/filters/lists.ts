import { isDict, Tuple, type Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail, unknownPlugin } from '../errors.ts';
import { findFilter, findTest } from '../plugins.ts';
import { getAttribute } from '../python/access.ts';
import { operators } from '../python/arithmetic.ts';
import { indexOf } from '../python/number.ts';
import { type Kwargs, LazyMapping, NamedTuple, PyObject, Undefined } from '../python/object.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';
import { chars, compare, elements, equals, identityKey, iterate, length, mapping, truth } from '../python/values.ts';
import { attributeGetter, attributesGetter } from './attribute-path.ts';
import { lower, present, sorted } from './common.ts';

const count = fn('value', ([value]) => length(value));

/** Jinja's filters on lists and dicts. */
export const listFilters: Callees = {
  batch: fn('value, linecount, fill_with=None', ([value, count, fill]) => batch(iterate(value), indexOf(count), fill)),
  slice: fn('value, slices, fill_with=None', ([value, slices, fill]) => slices_(iterate(value), indexOf(slices), fill)),
  count,
  length: count,
  dictsort: fn('value, case_sensitive=False, by="key", reverse=False', ([value, cased, by, reverse]) =>
    dictSort(value, truth(cased), str(by), truth(reverse)),
  ),
  items: fn('value', ([value]) => items(value)),
  first: fn('value', ([value], context) => iterate(value)[0] ?? emptyOr(value, context, 'first')),
  last: fn('value', ([value], context) => iterate(value).at(-1) ?? emptyOr(value, context, 'last')),
  groupby: fn('value, attribute, default=None, case_sensitive=False', ([value, attribute, fallback, cased], context) =>
    groupBy(iterate(value), attribute, fallback, truth(cased), context),
  ),
  join: fn('value, d="", attribute=None', ([value, separator, attribute], context) => {
    const get = attribute === null ? (item: Value) => item : attributeGetter(attribute, context);
    return iterate(value)
      .map((item) => str(get(item)))
      .join(str(separator));
  }),
  list: fn('value', ([value]) => [...iterate(value)]),
  map: { call: (_, args, kwargs, context) => mapItems(args, kwargs, context) },
  select: chooser((verdict) => verdict, false),
  reject: chooser((verdict) => !verdict, false),
  selectattr: chooser((verdict) => verdict, true),
  rejectattr: chooser((verdict) => !verdict, true),
  max: fn('value, case_sensitive=False, attribute=None', ([value, cased, attribute], context) =>
    extreme(value, cased, attribute, context, 1),
  ),
  min: fn('value, case_sensitive=False, attribute=None', ([value, cased, attribute], context) =>
    extreme(value, cased, attribute, context, -1),
  ),
  reverse: fn('value', ([value]) =>
    typeof value === 'string' ? chars(value).reverse().join('') : [...iterate(value)].reverse(),
  ),
  sort: fn(
    'value, reverse=False, case_sensitive=False, attribute=None',
    ([value, reverse, cased, attribute], context) => {
      const get =
        attribute === null
          ? (item: Value) => (truth(cased) ? item : lower(item))
          : attributesGetter(attribute, context, !truth(cased));
      return sorted(
        iterate(value).map((item) => ({ item, key: get(item) })),
        (a, b) => compare(a.key, b.key),
        truth(reverse),
      ).map(({ item }) => item);
    },
  ),
  sum: fn('value, attribute=None, start=0', ([value, attribute, start], context) => {
    const get = attribute === null ? (item: Value) => item : attributeGetter(attribute, context);
    let total = start;
    for (const item of iterate(value)) total = operators['+'](total, get(item));
    return total;
  }),
  unique: fn('value, case_sensitive=None, attribute=None', ([value, cased, attribute], context) => {
    const get =
      attribute === null
        ? (item: Value) => (truth(cased) ? item : lower(item))
        : attributeGetter(attribute, context, undefined, !truth(cased));
    const items = iterate(value);
    const unhashable =
      cased === false || attribute !== null
        ? items.map(get).find((key) => Array.isArray(key) || isDict(key))
        : undefined;
    if (unhashable !== undefined)
      fail(`unique: cannot fall back to comparing values, unhashable type: '${typeName(unhashable)}'`, 'template-type');
    return unique(items, get);
  }),
  attr: fn('value, name', ([value, name], context) =>
    isDict(value) || value instanceof LazyMapping
      ? onlyAttribute(value, str(name), context)
      : getAttribute(value, str(name), context),
  ),
};

function emptyOr(value: Value, context: Context, which: string): Value {
  return (elements(value)?.length ?? 0) > 0 ? null : context.undefined(`No ${which} item, sequence was empty.`);
}

function onlyAttribute(value: Value, name: string, context: Context): Value {
  const found = getAttribute(value, name, context);
  return found instanceof PyObject ? found : context.undefined(`'dict object' has no attribute '${name}'`);
}

/** Drops duplicates, keeping the first; the key determines equality. */
export function unique(items: readonly Value[], key: (item: Value) => Value = (item) => item): Value[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const identity = identityKey(key(item));
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function batch(items: readonly Value[], size: number, fill: Value): Value {
  if (size < 1) return fail(`batch() takes a number of items greater than 0, got ${size}`);
  const rows: Value[][] = [];
  for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size));
  const last = rows.at(-1);
  while (last && fill !== null && last.length < size) last.push(fill);
  return rows;
}

function slices_(items: readonly Value[], count: number, fill: Value): Value {
  if (count < 1) return fail(`slice() takes a number of slices greater than 0, got ${count}`);
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, longer);
    const row = items.slice(start, start + size + (index < longer ? 1 : 0));
    return fill !== null && longer > 0 && index >= longer ? [...row, fill] : row;
  });
}

function dictSort(value: Value, cased: boolean, by: string, reverse: boolean): Value {
  if (by !== 'key' && by !== 'value') return fail('You can only sort by either "key" or "value"');
  const entries = [...(mapping(value) ?? fail(`dictsort needs a mapping, not ${repr(value)}`))];
  const key = (entry: [Value, Value]) => {
    const part = entry[by === 'key' ? 0 : 1];
    return cased ? part : lower(part);
  };
  return sorted(entries, (a, b) => compare(key(a), key(b)), reverse).map((entry) => new Tuple(entry));
}

function items(value: Value): Value {
  if (value instanceof Undefined) return [];
  const dict = mapping(value);
  return dict
    ? [...dict].map((entry) => new Tuple(entry))
    : fail('Can only get item pairs from a mapping.', 'template-type');
}

function groupBy(all: readonly Value[], attribute: Value, fallback: Value, cased: boolean, context: Context): Value {
  const raw = attributeGetter(attribute, context, fallback === null ? undefined : fallback);
  const get = cased ? raw : (item: Value) => lower(raw(item));
  const ordered = sorted(
    all.map((item) => ({ item, key: get(item) })),
    (a, b) => compare(a.key, b.key),
  );
  const groups: { key: Value; items: Value[] }[] = [];
  for (const { item, key } of ordered) {
    const last = groups.at(-1);
    if (last && equals(last.key, key)) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(({ key, items }) => new NamedTuple(['grouper', 'list'], [cased ? key : raw(items[0]!), items]));
}

function extreme(value: Value, cased: Value, attribute: Value, context: Context, sign: number): Value {
  const get =
    attribute === null
      ? (item: Value) => (truth(cased) ? item : lower(item))
      : attributeGetter(attribute, context, undefined, !truth(cased));
  const [first, ...rest] = iterate(value);
  if (first === undefined) return context.undefined('No aggregated item, sequence was empty.');
  return rest.reduce((best, item) => (Math.sign(compare(get(item), get(best))) === sign ? item : best), first);
}

function mapItems([value = null, ...args]: readonly Value[], kwargs: Kwargs, context: Context): Value {
  const attribute = kwargs.get('attribute');
  if (args.length === 0 && attribute !== undefined) {
    const get = attributeGetter(attribute, context, kwargs.get('default'));
    const unknown = [...kwargs.keys()].find((name) => name !== 'attribute' && name !== 'default');
    if (unknown !== undefined) return fail(`Unexpected keyword argument '${unknown}'`);
    return itemsOf(value).map(get);
  }
  const [name, ...rest] = args;
  if (name === undefined) return fail('map requires a filter argument');
  const { env } = context.session;
  const filter = findFilter(str(name), env);
  if (!filter) throw unknownPlugin('filter', str(name), true, env.filters.missing?.(str(name)));
  return itemsOf(value).map((item) => filter.call(str(name), [item, ...rest], kwargs, context));
}

/** The items that these filters iterate over; any falsy value counts as an empty list. */
const itemsOf = (value: Value): readonly Value[] => (truth(present(value)) ? iterate(value) : []);

/** `select`, `reject`, and the same by an attribute. */
function chooser(keeps: (verdict: boolean) => boolean, byAttribute: boolean): Callee {
  return {
    call: (_, [value = null, ...args], kwargs, context) => {
      const get = byAttribute
        ? attributeGetter(args[0] ?? fail('Missing parameter for attribute name'), context)
        : (item: Value) => item;
      const [name, ...rest] = byAttribute ? args.slice(1) : args;
      const holds = name === undefined ? truth : testNamed(str(name), rest, kwargs, context);
      return itemsOf(value).filter((item) => keeps(holds(get(item))));
    },
  };
}

function testNamed(name: string, rest: readonly Value[], kwargs: Kwargs, context: Context): (item: Value) => boolean {
  const { env } = context.session;
  const test = findTest(name, env);
  if (!test) throw unknownPlugin('test', name, true, env.tests.missing?.(name));
  return (item) => truth(test.call(name, [item, ...rest], kwargs, context));
}
