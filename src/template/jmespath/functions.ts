import { isDict, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { operators } from '../python/arithmetic.ts';
import { dumpJson } from '../python/json.ts';
import { float, intOf, isNumber, numberOf, parseFloat10, parseInt10 } from '../python/number.ts';
import { chars, compare, contains, iterate, length } from '../python/values.ts';

/** An argument: a value, or a function from `&expression`. */
type Argument = Value | ((value: Value) => Value);

type Fn = (args: readonly Value[], by: (value: Value) => Value) => Value;

const sum = (items: readonly Value[]): Value => items.reduce<Value>((total, item) => operators['+'](total, item), 0);

const typeOf = (value: Value): string => {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (isNumber(value)) return 'number';
  return isDict(value) ? 'object' : 'array';
};

function extreme(items: readonly Value[], by: (value: Value) => Value, sign: number): Value {
  const [first = null, ...rest] = items;
  return rest.reduce((best, item) => (Math.sign(compare(by(item), by(best))) === sign ? item : best), first);
}

const self = (value: Value): Value => value;
const sortBy = (items: readonly Value[], by: (value: Value) => Value): Value =>
  [...items].sort((a, b) => compare(by(a), by(b)));

/** A function of one value or of one value and an `&expression`. */
const unary =
  (body: (value: Value, by: (value: Value) => Value) => Value): Fn =>
  ([value], by) =>
    body(given(value), by);

/** A function of two values; an `&expression` counts as null. */
const binary =
  (body: (left: Value, right: Value, by: (value: Value) => Value) => Value): Fn =>
  ([left, right], by) =>
    body(given(left), given(right), by);

function given(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('an argument is missing');
  return value;
}

const table: Record<string, Fn> = {
  abs: unary((x) => operators['*'](x, numberOf(x as number) < 0 ? -1 : 1)),
  avg: unary((items) => (length(items) === 0 ? null : operators['/'](sum(iterate(items)), length(items)))),
  ceil: unary((x) => intOf(Math.ceil(numberOf(x as number)))),
  contains: binary((container, item) =>
    typeof container === 'string' && typeof item !== 'string' ? false : contains(container, item),
  ),
  ends_with: binary((text, suffix) => (text as string).endsWith(suffix as string)),
  floor: unary((x) => intOf(Math.floor(numberOf(x as number)))),
  join: binary((glue, items) => iterate(items).join(glue as string)),
  keys: unary((dict) => [...(dict as Map<Value, Value>).keys()]),
  length: unary(length),
  map: binary((_, items, by) => iterate(items).map(by)),
  max: unary((items) => extreme(iterate(items), self, 1)),
  max_by: unary((items, by) => extreme(iterate(items), by, 1)),
  merge: (dicts) => new Map(dicts.flatMap((dict) => [...(dict as Map<Value, Value>)])),
  min: unary((items) => extreme(iterate(items), self, -1)),
  min_by: unary((items, by) => extreme(iterate(items), by, -1)),
  not_null: (values) => values.find((value) => value !== null) ?? null,
  reverse: unary((value) =>
    typeof value === 'string' ? chars(value).reverse().join('') : [...iterate(value)].reverse(),
  ),
  sort: unary((items) => sortBy(iterate(items), self)),
  sort_by: unary((items, by) => sortBy(iterate(items), by)),
  starts_with: binary((text, prefix) => (text as string).startsWith(prefix as string)),
  sum: unary((items) => sum(iterate(items))),
  to_array: unary((value) => (Array.isArray(value) ? value : [value])),
  to_number: unary(toNumber),
  to_string: unary((value) =>
    typeof value === 'string' ? value : dumpJson(value, { itemSeparator: ',', keySeparator: ':' }),
  ),
  type: unary(typeOf),
  values: unary((dict) => [...(dict as Map<Value, Value>).values()]),
};

function toNumber(value: Value): Value {
  if (isNumber(value) && typeof value !== 'boolean') return value;
  if (typeof value !== 'string') return null;
  const real = parseFloat10(value);
  return parseInt10(value) ?? (real === undefined ? null : float(real));
}

/** Calls a JMESPath function. */
export function callFunction(name: string, args: readonly Argument[]): Value {
  const body = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!body) return fail(`json_query: unknown function: ${name}()`);
  const by = args.find((arg) => typeof arg === 'function') as ((value: Value) => Value) | undefined;
  const values = args.map((arg) => (typeof arg === 'function' ? null : arg));
  try {
    return body(values, by ?? self);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return fail(`json_query: ${name}() got a value of the wrong type`);
  }
}
