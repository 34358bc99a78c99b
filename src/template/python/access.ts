import { isDict, Tuple, type Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { dictMethods } from './dict-methods.ts';
import { bytesMethods, floatMethods, intMethods, listMethods, numberAttribute, tupleMethods } from './list-methods.ts';
import { isInt, isNumber } from './number.ts';
import { Callable, LazyMapping, MISSING, NamedTuple, PyObject, Undefined } from './object.ts';
import { repr, str, typeName, undefinedError } from './repr.ts';
import type { Callee, Callees } from './signature.ts';
import { stringMethods } from './string-methods.ts';
import { chars, hashable, lookup, sequence } from './values.ts';

/** Jinja's `value.name`: an attribute or method, else the item with that name, else undefined. */
export function getAttribute(value: Value, name: string, context: Context): Value {
  if (value instanceof Undefined) return passedOn(value);
  const method = ownAttribute(value, name, context);
  if (method !== undefined) return method;
  const item = isDict(value) || value instanceof LazyMapping ? value.get(name) : undefined;
  return item === undefined ? noAttribute(value, name, context) : item;
}

/** Jinja's `value[key]`: the item, else the attribute with that name, else undefined. */
export function getItem(value: Value, key: Value, context: Context): Value {
  if (value instanceof Undefined) return passedOn(value);
  const item = ownItem(value, key);
  if (item !== undefined) return item;
  if (key instanceof Undefined) return key;
  if (typeof key !== 'string') return noItem(value, key, context);
  const attribute = ownAttribute(value, key, context);
  return attribute === undefined ? noAttribute(value, key, context) : attribute;
}

/** Looking into an undefined value gives the same undefined value, except for what a missing `else` leaves. */
function passedOn(value: Undefined): Undefined {
  if (value === MISSING) throw undefinedError(value);
  return value;
}

function noAttribute(value: Value, name: string, context: Context): Undefined {
  return context.undefined(() => `'${objectName(value)}' has no attribute '${name}'`, value);
}

function noItem(value: Value, key: Value, context: Context): Undefined {
  return context.undefined(() => `${objectName(value)} has no element ${repr(key)}`);
}

/** How Jinja's messages refer to a value. */
const objectName = (value: Value): string => (value === null ? 'None' : `${typeName(value)} object`);

function ownItem(value: Value, key: Value): Value | undefined {
  if (isDict(value)) return lookup(value, hashable(key));
  if (isInt(key)) return element(value, Number(key));
  return value instanceof LazyMapping && typeof key === 'string' ? value.get(key) : undefined;
}

function element(value: Value, index: number): Value | undefined {
  const items = typeof value === 'string' ? chars(value) : sequence(value);
  if (items) return items[index < 0 ? index + items.length : index];
  return value instanceof Uint8Array ? value.at(index) : undefined;
}

function ownAttribute(value: Value, name: string, context: Context): Value | undefined {
  if (value instanceof NamedTuple) {
    const part = value.part(name);
    if (part !== undefined) return part;
  }
  if (value instanceof PyObject && value.attribute) {
    const own = value.attribute(name, context);
    if (own !== undefined) return own;
  }
  if (isNumber(value)) {
    const own = numberAttribute(value, name);
    if (own !== undefined) return own;
  }
  const table = methodsOf(value);
  const method = table && Object.hasOwn(table, name) ? table[name] : undefined;
  return method && bound(value, name, method);
}

const bound = (self: Value, name: string, method: Callee): Callable =>
  new Callable(name, (args, kwargs, context) => method.call(name, [self, ...args], kwargs, context));

function methodsOf(value: Value): Callees | undefined {
  if (typeof value === 'string') return stringMethods;
  if (Array.isArray(value)) return listMethods;
  if (isDict(value) || value instanceof LazyMapping) return dictMethods;
  if (value instanceof Tuple) return tupleMethods;
  if (value instanceof Uint8Array) return bytesMethods;
  if (isInt(value)) return intMethods;
  return isNumber(value) ? floatMethods : undefined;
}

/** Python's `value[start:stop:step]`. */
export function getSlice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) return passedOn(value);
  if (typeof value === 'string') return slice(chars(value), start, stop, step).join('');
  if (Array.isArray(value)) return slice<Value>(value, start, stop, step);
  if (value instanceof Tuple) return new Tuple(slice(value.items, start, stop, step));
  if (value instanceof Uint8Array) return Uint8Array.from(slice([...value], start, stop, step));
  return fail(`'${typeName(value)}' object is not subscriptable`, 'template-type');
}

function slice<T>(items: readonly T[], startValue: Value, stopValue: Value, stepValue: Value): T[] {
  const step = bound0(stepValue) ?? 1;
  if (step === 0) return fail('slice step cannot be zero');
  const size = items.length;
  const clamp = (at: number) => {
    const positive = at < 0 ? at + size : at;
    return step > 0 ? Math.min(Math.max(positive, 0), size) : Math.min(Math.max(positive, -1), size - 1);
  };
  const [from, to] = [bound0(startValue), bound0(stopValue)];
  const [first, last] = step > 0 ? [0, size] : [size - 1, -1];
  const start = from === undefined ? first : clamp(from);
  const stop = to === undefined ? last : clamp(to);
  if (step === 1) return items.slice(start, Math.max(start, stop));
  const taken: T[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) taken.push(items[at]!);
  return taken;
}

function bound0(value: Value): number | undefined {
  if (value === null) return undefined;
  if (isInt(value)) return Number(value);
  if (value instanceof Undefined) str(value);
  return fail('slice indices must be integers or None or have an __index__ method', 'template-type');
}

/** Calls a value as a function. */
export function callValue(
  value: Value,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  if (value instanceof PyObject && value.call) return value.call(args, kwargs, context);
  if (value instanceof Undefined) {
    str(value);
  }
  return fail(`'${typeName(value)}' object is not callable`, 'template-type');
}
