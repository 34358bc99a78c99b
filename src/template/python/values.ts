import { pairs } from '../../core/pairs.ts';
import { Float, isDict, Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { LazyMapping, MISSING, PyObject, Undefined } from './object.ts';
import { repr, typeName, undefinedError } from './repr.ts';

/** The truth value of a value in Python. */
export function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'bigint') return value !== 0n;
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (isDict(value)) return value.size > 0;
  if (value === MISSING) return false;
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof LazyMapping) return !value.isEmpty;
  return true;
}

/** The elements that iterating in Python would yield. */
export function iterate(value: Value): readonly Value[] {
  const items = elements(value);
  if (items) return items;
  if (value instanceof Undefined) throw undefinedError(value);
  return fail(`'${typeName(value)}' object is not iterable`);
}

/** The elements of an iterable; undefined for anything else. */
export function elements(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return chars(value);
  if (isDict(value)) return [...value.keys()];
  if (value instanceof Tuple) return value.items;
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof LazyMapping) return value.keys();
  if (value === MISSING) return [];
  if (value instanceof PyObject && value.iterate) return value.iterate();
  return undefined;
}

/** The items of a list or tuple, which Ansible calls a sequence; a string is not one. */
export function sequence(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

/** A dict; a lazy one is computed. */
export function mapping(value: Value): ReadonlyMap<Value, Value> | undefined {
  if (isDict(value)) return value;
  return value instanceof LazyMapping ? value.toDict() : undefined;
}

const SURROGATE = /[\ud800-\udfff]/;

/** The characters of a string, as Python counts them. */
export const chars = (text: string): string[] => (SURROGATE.test(text) ? Array.from(text) : text.split(''));

/** Python's `len()`. */
export function length(value: Value): number {
  if (typeof value === 'string') return SURROGATE.test(value) ? Array.from(value).length : value.length;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (isDict(value)) return value.size;
  const items = elements(value);
  if (items) return items.length;
  if (value instanceof Undefined) throw undefinedError(value);
  return fail(`object of type '${typeName(value)}' has no len()`);
}

/** Python's `==`. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return failsUndefined(a, b);
  if (typeof a === 'string' || typeof b === 'string') return failsUndefined(a, b);
  const [x, y] = [plainNumber(a), plainNumber(b)];
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1 is what Python means.
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined ? x == y : failsUndefined(a, b);
  if (Array.isArray(a)) return Array.isArray(b) ? sameItems(a, b) : failsUndefined(a, b);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  const [left, right] = [mapping(a), mapping(b)];
  if (left && right) return sameEntries(left, right);
  if (a instanceof PyObject && b instanceof PyObject && 'compare' in a)
    return (a.compare as (other: PyObject) => number)(b) === 0;
  return failsUndefined(a, b);
}

function failsUndefined(a: Value, b: Value): false {
  if (a instanceof Undefined && a !== MISSING) throw undefinedError(a);
  if (b instanceof Undefined && b !== MISSING) throw undefinedError(b);
  return false;
}

function plainNumber(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Float ? value.value : undefined;
}

const sameItems = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && pairs(a, b).every(([x, y]) => equals(x, y));

const sameEntries = (a: ReadonlyMap<Value, Value>, b: ReadonlyMap<Value, Value>): boolean =>
  a.size === b.size && [...a].every(([key, item]) => hasKey(b, key) && equals(item, lookup(b, key)!));

function compareNumbers(x: number | bigint, y: number | bigint): number {
  if (x < y) return -1;
  if (x > y) return 1;
  return x === y || Number(x) === Number(y) ? 0 : Number.NaN; // NaN is neither, and does not equal itself
}

/** Python's `<`, as a number suitable for sorting; `symbol` is for the message. */
export function compare(a: Value, b: Value, symbol = '<'): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const [x, y] = [plainNumber(a), plainNumber(b)];
  if (x !== undefined && y !== undefined) return compareNumbers(x, y);
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(a, b, symbol);
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(a.items, b.items, symbol);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  failsUndefined(a, b);
  if (a instanceof PyObject && b instanceof PyObject && 'compare' in a)
    return (a.compare as (other: PyObject) => number)(b);
  return fail(`'${symbol}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  // Python sorts by code point, JavaScript by UTF-16 unit.
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareItems(a: readonly Value[], b: readonly Value[], symbol: string): number {
  const common = Math.min(a.length, b.length);
  for (const [x, y] of pairs(a.slice(0, common), b.slice(0, common))) if (!equals(x, y)) return compare(x, y, symbol);
  return a.length - b.length;
}

/** Python's `in`. */
export function contains(container: Value, item: Value): Value {
  if (typeof container === 'string') return textContains(container, item);
  if (Array.isArray(container)) return container.some((each) => equals(each, item));
  if (isDict(container)) return hasKey(container, hashable(item));
  if (container instanceof LazyMapping) return typeof item === 'string' && container.has(item);
  if (container instanceof Uint8Array && item instanceof Uint8Array)
    return Buffer.from(container).includes(Buffer.from(item));
  const items = elements(container);
  if (items) return items.some((each) => equals(each, item));
  if (container instanceof Undefined) return truth(container);
  return fail(`argument of type '${typeName(container)}' is not iterable`);
}

function textContains(text: string, item: Value): boolean {
  if (typeof item === 'string') return text.includes(item);
  if (item instanceof Undefined) throw undefinedError(item);
  return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
}

/** Fails if Python would not accept the value as a dict key. */
export function hashable(key: Value): Value {
  if (key instanceof Undefined) throw undefinedError(key);
  if (Array.isArray(key) || isDict(key)) return fail(`unhashable type: '${typeName(key)}'`);
  return key;
}

/** The equal key that a dict already contains: `1`, `1.0` and `True` are the same key, and so are equal tuples. */
export function existingKey(dict: ReadonlyMap<Value, Value>, key: Value): Value | undefined {
  if (dict.has(key)) return key;
  if (typeof key === 'string' || key === null) return undefined;
  for (const each of dict.keys()) if (typeof each !== 'string' && each !== null && equals(each, key)) return each;
  return undefined;
}

/** Whether a dict has a key, by Python's equality: 1, 1.0 and True are the same key. */
export const hasKey = (dict: ReadonlyMap<Value, Value>, key: Value): boolean =>
  dict.has(key) || existingKey(dict, key) !== undefined;

/** A dict's value for a key; undefined if it has none. */
export function lookup(dict: ReadonlyMap<Value, Value>, key: Value): Value | undefined {
  const found = dict.get(key);
  if (found !== undefined || typeof key === 'string') return found;
  const existing = existingKey(dict, key);
  return existing === undefined ? undefined : dict.get(existing);
}

/** Python's `dict[key] = value`: an existing equal key keeps its position and form. */
export function assign(dict: Map<Value, Value>, key: Value, value: Value): void {
  const existing = typeof key === 'string' ? key : existingKey(dict, hashable(key));
  dict.set(existing === undefined ? key : existing, value);
}

/** A string that is the same for equal values, for use in sets. */
export const identityKey = (value: Value): string => {
  const number = plainNumber(value);
  if (number !== undefined) return `n${number}`;
  // A tuple is equal to another if its items are, and true is equal to 1.
  return value instanceof Tuple ? `(${value.items.map(identityKey).join(', ')})` : repr(value);
};

/** A copy that shares no list or dict with the original. */
export function deepCopy(value: Value): Value {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (isDict(value)) return new Map([...value].map(([key, item]) => [key, deepCopy(item)]));
  if (value instanceof Tuple) return new Tuple(value.items.map(deepCopy));
  return value;
}
