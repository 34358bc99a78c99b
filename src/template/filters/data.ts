import { isDict, Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { search } from '../jmespath/search.ts';
import { getItem } from '../python/access.ts';
import { indexOf, isInt, isNumber, numberOf } from '../python/number.ts';
import { type Kwargs, Undefined } from '../python/object.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { splitText } from '../python/string-methods.ts';
import { assign, hasKey, iterate, lookup, mapping, sequence, truth } from '../python/values.ts';
import { present } from './common.ts';
import { mergeDicts } from './merge.ts';

/** Ansible's filters that reshape data. */
export const dataFilters: Callees = {
  combine: { call: (_, terms, kwargs) => combine(terms, kwargs) },
  dict2items: fn("value, key_name='key', value_name='value'", ([value, key, item]) => {
    const dict =
      mapping(present(value)) ??
      fail(`dict2items requires a dictionary, got ${typeName(value)} instead.`, 'template-type');
    return [...dict].map(
      ([name, each]) =>
        new Map([
          [key, name],
          [item, each],
        ]),
    );
  }),
  items2dict: fn("value, key_name='key', value_name='value'", ([value, key, item]) => items2dict(value, key, item)),
  extract: fn('item, container, morekeys=None', ([item, container, more], context) => {
    const further = Array.isArray(more) ? more : [more];
    const keys = [item, ...(more === null ? [] : further)];
    return keys.reduce((value: Value, each: Value) => getItem(value, each, context), container);
  }),
  flatten: fn('value, levels=None, skip_nulls=True', ([value, levels, skip]) =>
    flatten(iterate(value), levels === null ? Number.POSITIVE_INFINITY : Number(levels), truth(skip)),
  ),
  subelements: fn('value, subelements, skip_missing=False', ([value, path, skip]) =>
    subelements(value, path, truth(skip)),
  ),
  mandatory: fn('value, msg=None', ([value, message]) => {
    if (!(value instanceof Undefined)) return value;
    if (message !== null) return fail(str(message), 'mandatory');
    const name = /^'(.*)' is undefined$/.exec(value.message)?.[1];
    return fail(`Mandatory variable ${name ? `'${name}' ` : ''} not defined.`, 'mandatory');
  }),
  ternary: fn('value, true_val, false_val, none_val=None', ([value, yes, no, none]) => {
    if (value === null && none !== null) return none;
    return truth(value) ? yes : no;
  }),
  json_query: fn('value, query', ([value, query]) => search(str(query), present(value))),
  bool: fn('value', ([value]) => toBool(value)),
  type_debug: fn('value', ([value]) => typeName(value)),
  rekey_on_member: fn("data, key, duplicates='error'", ([data, key, duplicates]) => rekey(data, key, str(duplicates))),
  split: fn('value, sep=None, maxsplit=-1', ([value, sep, max]) => {
    if (typeof present(value) !== 'string')
      return fail(
        `descriptor 'split' for 'str' objects doesn't apply to a '${typeName(value)}' object`,
        'template-type',
      );
    return splitText(value as string, sep, indexOf(max));
  }),
  zip: fn('*lists, strict=False', ([lists]) => zip((lists as Value[]).map(iterate))),
  zip_longest: fn('*lists, fillvalue=None', ([lists, fill]) => zip((lists as Value[]).map(iterate), fill)),
};

function combine(terms: readonly Value[], kwargs: Kwargs): Value {
  const unknown = [...kwargs.keys()].find((name) => name !== 'recursive' && name !== 'list_merge');
  if (unknown !== undefined) return fail("'recursive' and 'list_merge' are the only valid keyword arguments");
  const given = flatten(terms, 1, true);
  // A single value is returned unchanged, whatever it is.
  if (given.length === 1 && given[0] !== undefined) return checkDefined(given[0]);
  const dicts = given.map(
    (term) =>
      mapping(checkDefined(term)) ??
      fail(`failed to combine variables, expected dicts but got a '${typeName(term)}'`, 'template-type'),
  );
  const [recursive, listMerge] = [truth(kwargs.get('recursive') ?? false), str(kwargs.get('list_merge') ?? 'replace')];
  if (dicts.length === 0) return new Map();
  return dicts.reduceRight((result, dict) => mergeDicts(dict, result, recursive, listMerge)) as Map<Value, Value>;
}

function checkDefined(value: Value): Value {
  if (value instanceof Undefined) str(value);
  const inner = sequence(value) ?? (isDict(value) ? [...value.values()] : []);
  for (const each of inner) checkDefined(each);
  return value;
}

function items2dict(value: Value, keyName: Value, valueName: Value): Value {
  const items =
    sequence(present(value)) ?? fail(`items2dict requires a list, got ${typeName(value)} instead.`, 'template-type');
  const dict = new Map<Value, Value>();
  for (const each of items) {
    const item =
      mapping(each) ?? fail(`items2dict requires a list of dictionaries, got ${repr(value)} instead.`, 'template-type');
    if (!hasKey(item, keyName) || !hasKey(item, valueName)) {
      return fail(
        `items2dict requires each dictionary in the list to contain the keys '${str(keyName)}' and '${str(valueName)}', got ${repr(value)} instead.`,
        'template-type',
      );
    }
    assign(dict, lookup(item, keyName)!, lookup(item, valueName)!);
  }
  return dict;
}

/** Flattens nested lists `levels` deep; drops null items (also in text form). */
function flatten(items: readonly Value[], levels: number, skipNulls: boolean): Value[] {
  return items.flatMap((item) => {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) return [];
    const inner = sequence(item);
    return inner && levels >= 1 ? flatten(inner, levels - 1, skipNulls) : [item];
  });
}

/** Pairs each element with every item of one of its lists. */
export function subelements(value: Value, path: Value, skipMissing: boolean): Value[] {
  if (!isDict(value) && !Array.isArray(value)) return fail('obj must be a list of dicts or a nested dict');
  const items = isDict(value) ? [...value.values()] : value;
  const keys = typeof path === 'string' ? path.split('.') : path;
  if (!Array.isArray(keys)) return fail('subelements must be a list or a string', 'template-type');
  return items.flatMap((item: Value) => inside(item, keys, skipMissing).map((each) => new Tuple([item, each])));
}

function inside(item: Value, keys: readonly Value[], skipMissing: boolean): readonly Value[] {
  let value = item;
  for (const key of keys) {
    const dict =
      mapping(value) ?? fail(`the key ${str(key)} should point to a dictionary, got '${str(value)}'`, 'template-type');
    if (!hasKey(dict, key))
      return skipMissing ? [] : fail(`could not find ${repr(key)} key in iterated item ${repr(value)}`);
    value = lookup(dict, key)!;
  }
  return Array.isArray(value)
    ? value
    : fail(`the key ${repr(keys.at(-1) ?? '')} should point to a list, got ${repr(value)}`, 'template-type');
}

/** Ansible's `bool`: words that mean yes are true; anything else is false. */
export function toBool(value: Value): Value {
  if (value === null || typeof value === 'boolean') return value;
  present(value);
  if (typeof value === 'string') return ['yes', 'on', '1', 'true'].includes(value.toLowerCase());
  return isNumber(value) && numberOf(value) === 1;
}

function rekey(data: Value, key: Value, duplicates: string): Value {
  if (duplicates !== 'error' && duplicates !== 'overwrite')
    return fail(`duplicates parameter to rekey_on_member has unknown value: ${duplicates}`);
  present(data);
  const all = mapping(data);
  if (typeof data === 'string' || isInt(data)) return fail('Type is not a valid list, set, or dict', 'template-type');
  const result = new Map<Value, Value>();
  for (const item of all ? all.values() : iterate(data)) {
    const dict = mapping(item) ?? fail('List item is not a valid dict', 'template-type');
    if (!hasKey(dict, key)) return fail(`Key ${str(key)} was not found`);
    const name = lookup(dict, key)!;
    if (hasKey(result, name) && duplicates === 'error')
      return fail(`Key ${str(name)} is not unique, cannot correctly turn into dict`);
    assign(result, name, item);
  }
  return result;
}

function zip(lists: readonly (readonly Value[])[], fill?: Value): Value {
  const lengths = lists.map((list) => list.length);
  if (lists.length === 0) return [];
  const count = fill === undefined ? Math.min(...lengths) : Math.max(...lengths);
  return Array.from(
    { length: count },
    (_, index) => new Tuple(lists.map((list) => (index < list.length ? list[index]! : fill!))),
  );
}
