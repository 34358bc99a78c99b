import { randomInt } from 'node:crypto';
import { must } from '../../core/must.ts';
import { isDict, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { SeededRandom } from '../python/random.ts';
import { compilePattern, search } from '../python/regex.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { assign, compare, hashable, hasKey, iterate, lookup, mapping, sequence, truth } from '../python/values.ts';
import { compareLoose } from '../tests/version.ts';
import { sorted } from './common.ts';
import { toBool } from './data.ts';
import { mergeDicts } from './merge.ts';
import { timeFilters } from './time-units.ts';

/** Filters from the community.general collection, under unique names. */
export const communityFilters: Callees = {
  ...inCollection(timeFilters),
  'community.general.dict': fn('sequence', ([pairs]) => dictOf(iterate(pairs).map(pairOf))),
  'community.general.dict_kv': fn('value, key', ([value, key]) => dictOf([[key, value]])),
  'community.general.counter': fn('sequence', ([items]) => counter(items)),
  'community.general.version_sort': fn('value, reverse=False', ([value, reverse]) =>
    sorted(iterate(value), (a, b) => compareLoose(str(a), str(b)), truth(reverse)),
  ),
  'community.general.groupby_as_dict': fn('sequence, attribute', ([items, attribute]) => byAttribute(items, attribute)),
  'community.general.lists_mergeby': fn("*terms, recursive=False, list_merge='replace'", ([terms, recursive, merge]) =>
    mergeBy(terms as readonly Value[], toBool(recursive) === true, str(merge)),
  ),
  random_mac: fn('value, seed=None', ([value, seed]) => randomMac(value, seed)),
  'community.general.keep_keys': fn("data, target=None, matching_parameter='equal'", ([data, target, how]) =>
    mapItems(data, (dict) => [...dict].filter(([key]) => matcher(target, str(how))(key))),
  ),
  'community.general.remove_keys': fn("data, target=None, matching_parameter='equal'", ([data, target, how]) =>
    mapItems(data, (dict) => [...dict].filter(([key]) => !matcher(target, str(how))(key))),
  ),
  'community.general.replace_keys': fn("data, target=None, matching_parameter='equal'", ([data, target, how]) =>
    replaceKeys(data, target, str(how)),
  ),
};

function inCollection(filters: Callees): Callees {
  return Object.fromEntries(Object.entries(filters).map(([name, filter]) => [`community.general.${name}`, filter]));
}

function dictOf(pairs: readonly (readonly [Value, Value])[]): Value {
  const dict = new Map<Value, Value>();
  for (const [key, value] of pairs) assign(dict, hashable(key), value);
  return dict;
}

function pairOf(value: Value, index: number): readonly [Value, Value] {
  const pair = sequence(value) ?? (typeof value === 'string' ? [...value] : undefined);
  const [key, item, ...more] = pair ?? [];
  if (key !== undefined && item !== undefined && more.length === 0) return [key, item];
  return fail(
    `dictionary update sequence element #${index} has length ${pair?.length ?? typeName(value)}; 2 is required`,
  );
}

function counter(items: Value): Value {
  const list =
    sequence(items) ??
    (typeof items === 'string'
      ? [...items]
      : fail(
          `Argument for community.general.counter must be a sequence (string or list). ${repr(items)} is ${typeName(items)}`,
        ));
  const counts = new Map<Value, Value>();
  for (const item of list) assign(counts, hashable(item), Number(lookup(counts, item) ?? 0) + 1);
  return counts;
}

function byAttribute(items: Value, attribute: Value): Value {
  const list = sequence(items) ?? fail('Input is not a sequence');
  const dict = new Map<Value, Value>();
  for (const [index, item] of list.entries()) {
    const entry = mapping(item) ?? fail(`Sequence element #${index} is not a mapping`);
    const key = lookup(entry, attribute) ?? fail(`Attribute not contained in element #${index} of sequence`);
    if (hasKey(dict, key)) return fail(`Multiple sequence entries have attribute value ${repr(key)}`);
    assign(dict, key, item);
  }
  return dict;
}

/** Merges dicts from several lists that have the same value under a key, ordered by these values. */
function mergeBy(terms: readonly Value[], recursive: boolean, listMerge: string): Value {
  const by = must(terms.at(-1), 'the key to merge by');
  const lists = terms.slice(0, -1).flatMap((term) => {
    const list =
      sequence(term) ??
      fail(
        `All arguments before the argument index for community.general.lists_mergeby must be lists. ${repr(term)} is ${typeName(term)}`,
      );
    const inner = list.flatMap((item) => (sequence(item) === undefined ? [] : [sequence(item) ?? []]));
    return inner.length === list.length ? inner : [list];
  });
  const merged = new Map<Value, Value>();
  for (const item of lists.flat()) {
    const dict =
      mapping(item) ??
      fail(`Elements of list arguments for lists_mergeby must be dictionaries. ${repr(item)} is ${typeName(item)}`);
    const key = lookup(dict, by);
    if (key === undefined) continue;
    const known = lookup(merged, key);
    assign(merged, key, known === undefined ? item : mergeDicts(mapping(known)!, dict, recursive, listMerge));
  }
  return sorted([...merged], ([a], [b]) => compare(a, b)).map(([, item]) => item);
}

/** A random hardware address with the given prefix; deterministic if there is a seed. */
function randomMac(value: Value, seed: Value): Value {
  if (typeof value !== 'string') return fail(`Invalid value type (${typeName(value)}) for random_mac (${str(value)})`);
  const given = value.toLowerCase().split(':');
  const wrong = given.find((part) => !/^[0-9a-f]{2}$/.test(part));
  if (wrong !== undefined || given.length > 5)
    return fail(
      `Invalid value (${value}) for random_mac: ${wrong === undefined ? '5 colon(:) separated items max' : `${wrong} not hexa byte`}`,
    );
  const random = seed === null ? undefined : new SeededRandom(seed);
  const rest = Array.from({ length: 6 - given.length }, () => random?.below(256) ?? randomInt(256));
  return [...given, ...rest.map((part) => part.toString(16).padStart(2, '0'))].join(':');
}

type Entries = readonly (readonly [Value, Value])[];

function mapItems(data: Value, change: (dict: ReadonlyMap<Value, Value>) => Entries): Value {
  const list = sequence(data) ?? fail('First argument must be a list.');
  return list.map((item) =>
    dictOf(change(isDict(item) ? item : fail('Elements of the data list must be dictionaries.'))),
  );
}

/** Whether a key equals one of the targets, starts or ends with one, or matches a pattern. */
function matcher(target: Value, how: string): (key: Value) => boolean {
  const list = sequence(target);
  const texts = (list ?? [target]).map(str);
  const is: Record<string, (key: string, text: string) => boolean> = {
    equal: (key, text) => key === text,
    starts_with: (key, text) => key.startsWith(text),
    ends_with: (key, text) => key.endsWith(text),
    regex: (key, text) => search(compilePattern(text), key, true) !== undefined,
  };
  const fits =
    is[how] ?? fail(`matching_parameter must be one of equal, starts_with, ends_with, regex; this is ${how}`);
  return (key) => texts.some((text) => fits(str(key), text));
}

function replaceKeys(data: Value, target: Value, how: string): Value {
  const rules = (sequence(target) ?? [target]).map((rule) => {
    const dict = mapping(rule) ?? fail('The target must be a list of dictionaries with the keys before and after.');
    const of = (key: string): Value => lookup(dict, key) ?? fail(`The target lacks the key ${key}.`);
    const [before, after] = [of('before'), of('after')];
    return { fits: matcher(before, how), after };
  });
  return mapItems(data, (dict) =>
    [...dict].map(([key, value]) => [rules.find(({ fits }) => fits(key))?.after ?? key, value] as const),
  );
}
