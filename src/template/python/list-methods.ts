import { Float, Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { callValue } from './access.ts';
import { indexOf, numberOf } from './number.ts';
import { noKwargs } from './object.ts';
import { repr } from './repr.ts';
import { type Callees, fn } from './signature.ts';
import { compare, equals, iterate, truth } from './values.ts';

/** Python's lists are mutable; our value type hides this from all other code. */
const mutable = (value: Value): Value[] => value as Value[];

const count = fn('self, value', ([self, value]) => iterate(self).filter((item) => equals(item, value)).length);
const index = fn('self, value, start=0, stop=None', ([self, value, start, stop]) => {
  const items = iterate(self);
  const [from, to] = [place(start, items.length), stop === null ? items.length : place(stop, items.length)];
  const found = items.findIndex((item, at) => at >= from && at < to && equals(item, value));
  return found < 0 ? fail(`${repr(value)} is not in list`) : found;
});

function place(value: Value, length: number): number {
  const at = indexOf(value);
  return at < 0 ? Math.max(0, at + length) : at;
}

/** The methods of lists. */
export const listMethods: Callees = {
  count,
  index,
  append: fn('self, value', ([self, value]) => {
    mutable(self).push(value);
    return null;
  }),
  extend: fn('self, values', ([self, values]) => {
    mutable(self).push(...iterate(values));
    return null;
  }),
  insert: fn('self, index, value', ([self, at, value]) => {
    mutable(self).splice(indexOf(at), 0, value);
    return null;
  }),
  remove: fn('self, value', ([self, value]) => {
    const at = mutable(self).findIndex((item) => equals(item, value));
    if (at < 0) return fail('list.remove(x): x not in list');
    mutable(self).splice(at, 1);
    return null;
  }),
  pop: fn('self, index=-1', ([self, at]) => {
    const items = mutable(self);
    const position = indexOf(at) < 0 ? indexOf(at) + items.length : indexOf(at);
    if (items.length === 0) return fail('pop from empty list');
    if (position < 0 || position >= items.length) return fail('pop index out of range');
    return items.splice(position, 1)[0]!;
  }),
  clear: fn('self', ([self]) => {
    mutable(self).length = 0;
    return null;
  }),
  copy: fn('self', ([self]) => [...iterate(self)]),
  reverse: fn('self', ([self]) => {
    mutable(self).reverse();
    return null;
  }),
  sort: fn('self, *, key=None, reverse=False', ([self, key, reverse], context) => {
    const keyOf = (item: Value) => (key === null ? item : callValue(key, [item], noKwargs, context));
    const sorted = mutable(self).map((item) => ({ item, key: keyOf(item) }));
    sorted.sort((a, b) => (truth(reverse) ? compare(b.key, a.key) : compare(a.key, b.key)));
    mutable(self).splice(0, sorted.length, ...sorted.map(({ item }) => item));
    return null;
  }),
};

/** The methods of tuples. */
export const tupleMethods: Callees = { count, index };

const conjugate = fn('self', ([self]) => self);
const as_integer_ratio = fn('self', ([self]) => new Tuple(ratio(numberOf(self as number))));

/** The methods of ints. */
export const intMethods: Callees = {
  bit_length: fn('self', ([self]) => {
    const bits = BigInt(self as number)
      .toString(2)
      .replace('-', '');
    return bits === '0' ? 0 : bits.length;
  }),
  conjugate,
  as_integer_ratio,
  to_bytes: fn('self, length=1, byteorder="big"', ([self, length, order]) => {
    const hex = BigInt(self as number)
      .toString(16)
      .padStart(Number(length) * 2, '0');
    const bytes = Buffer.from(hex, 'hex');
    return order === 'little' ? bytes.reverse() : bytes;
  }),
};

/** The methods of floats. */
export const floatMethods: Callees = {
  is_integer: fn('self', ([self]) => Number.isInteger(numberOf(self as Float))),
  conjugate,
  as_integer_ratio,
};

/** An attribute of a number that is no method; undefined if it has none of that name. */
export function numberAttribute(value: Value, name: string): Value | undefined {
  const isFloat = value instanceof Float;
  if (name === 'real' || (name === 'numerator' && !isFloat)) return typeof value === 'boolean' ? Number(value) : value;
  if (name === 'imag') return isFloat ? new Float(0) : 0;
  return name === 'denominator' && !isFloat ? 1 : undefined;
}

function ratio(x: number): Value[] {
  let [top, bottom] = [x, 1];
  while (!Number.isInteger(top)) [top, bottom] = [top * 2, bottom * 2];
  return [top, bottom];
}

/** The methods of bytes. */
export const bytesMethods: Callees = {
  decode: fn('self, encoding="utf-8", errors="strict"', ([self, encoding]) =>
    decode(self as Uint8Array, String(encoding)),
  ),
  hex: fn('self', ([self]) => Buffer.from(self as Uint8Array).toString('hex')),
};

function decode(bytes: Uint8Array, encoding: string): string {
  const known: Record<string, BufferEncoding> = {
    latin1: 'latin1',
    'latin-1': 'latin1',
    'iso-8859-1': 'latin1',
    ascii: 'latin1',
    'utf-16-le': 'utf16le',
  };
  return Buffer.from(bytes).toString(known[encoding.toLowerCase()] ?? 'utf8');
}
