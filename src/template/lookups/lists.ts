import { Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { subelements, toBool } from '../filters/data.ts';
import { str, typeName } from '../python/repr.ts';
import { iterate, mapping, sequence, truth } from '../python/values.ts';
import { type Lookups, lookup } from './lookup.ts';

const listOf = (value: Value): readonly Value[] => sequence(value) ?? [value];

/** Flattens one level of inner lists, as nearly all `with_` loops do. */
const spread = (terms: readonly Value[]): Value[] => terms.flatMap((term) => listOf(term) as Value[]);

/** Lookups that only rearrange their terms. */
export const listLookups: Lookups = {
  items: lookup(spread),
  list: lookup((terms) => terms),
  flattened: lookup((terms) => deepFlatten(terms)),
  indexed_items: lookup((terms) => spread(terms).map((item, index) => new Tuple([index, item]))),
  random_choice: lookup((terms, _options, { session }) =>
    terms.length === 0 ? [] : [terms[Math.floor(session.env.random() * terms.length)]!],
  ),
  dict: lookup((terms) => terms.flatMap((term) => listOf(term).flatMap(entries))),
  nested: lookup((terms) => {
    if (terms.length === 0) return fail('with_nested requires at least one element in the nested list');
    return combinations(terms.map(listOf)).map(flattenRow);
  }),
  cartesian: lookup((terms) => combinations(terms.map(listOf))),
  together: lookup((terms) => {
    if (terms.length === 0) return fail('with_together requires at least one element in each list');
    const lists = terms.map(listOf);
    const count = Math.max(...lists.map((list) => list.length));
    return Array.from({ length: count }, (_, index) => lists.map((list) => list[index] ?? null));
  }),
  subelements: lookup((terms) => eachSubelement(terms)),
};

function entries(term: Value): Value[] {
  const dict =
    mapping(term) ?? fail(`with_dict expects a dict: the 'dict' lookup got '${str(term)}' of type ${typeName(term)})`);
  return [...dict].map(
    ([key, value]) =>
      new Map<Value, Value>([
        ['key', key],
        ['value', value],
      ]),
  );
}

function combinations(lists: readonly (readonly Value[])[]): Value[][] {
  let rows: Value[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((item) => [...row, item]));
  return rows;
}

const flattenRow = (row: readonly Value[]): Value[] => row.flatMap((item) => listOf(item) as Value[]);

function deepFlatten(terms: readonly Value[]): Value[] {
  return terms.flatMap((term) => {
    if (term === null || term === 'None' || term === 'null') return [];
    const items = sequence(term);
    return items ? deepFlatten(items) : [term];
  });
}

const TERMS = 'subelements lookup expects a list of two or three items';

function eachSubelement(terms: readonly Value[]): Value[] {
  const [items, path, flags = new Map<Value, Value>()] = terms;
  if (items === undefined || terms.length > 3 || typeof path !== 'string')
    return fail(`${TERMS}, first a dict or a list, second a string pointing to the subkey`);
  const options = mapping(flags) ?? fail(`${TERMS}, the optional third item must be a dict with flags skip_missing`);
  const dict = mapping(items);
  if (dict && truth(dict.get('skipped') ?? false)) return [];
  const all = (dict ? [...dict.values()] : listOf(items)).filter(
    (item) => !truth(asDict(item).get('skipped') ?? false),
  );
  const skips = toBool(options.get('skip_missing') ?? false) === true;
  const keys = path.split('.');
  const found = skips ? all.filter((item) => has(item, keys)) : all;
  return subelements(found, path, false).map((pair) => withoutKey(pair, keys));
}

/** Whether the path leads to something; with `skip_missing`, an element where it does not is left out. */
function has(item: Value, [key = '', ...rest]: readonly string[]): boolean {
  const value = mapping(item)?.get(key);
  return value !== undefined && (rest.length === 0 || has(value, rest));
}

/** Like Ansible, removes the list from the element that is paired with its items. */
function withoutKey(pair: Value, path: readonly string[]): Value {
  const [item, part] = iterate(pair) as [Value, Value];
  return new Tuple([remove(item, path), part]);
}

function remove(item: Value, [key = '', ...rest]: readonly string[]): Value {
  const dict = new Map(asDict(item));
  if (rest.length === 0) dict.delete(key);
  else dict.set(key, remove(dict.get(key) ?? null, rest));
  return dict;
}

const asDict = (item: Value): ReadonlyMap<Value, Value> =>
  mapping(item) ?? fail(`subelements lookup expects a dictionary, got '${str(item)}'`);
