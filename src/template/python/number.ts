import { Float, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';

/** Whether a value is a Python number; a bool counts as an int. */
export const isNumber = (value: Value): value is number | bigint | boolean | Float =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof Float;

/** Whether a value is a Python int (or bool). */
export const isInt = (value: Value): value is number | bigint | boolean =>
  typeof value === 'bigint' || typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value));

/** Whether a value is a Python float. */
export const isFloat = (value: Value): value is number | Float =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));

/** Makes a Python float. */
export const float = (x: number): Value => (Number.isInteger(x) ? new Float(x) : x);

/** Makes a Python int, stored as a number if it fits. */
export const int = (x: bigint): Value => (x >= -MAX && x <= MAX ? Number(x) : x);
const MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Makes a Python int from a number without a fraction, however large. */
export const intOf = (x: number): Value => (Number.isSafeInteger(x) ? x + 0 : BigInt(x));

/** The JavaScript number closest to a Python number. */
export const numberOf = (value: number | bigint | boolean | Float): number =>
  value instanceof Float ? value.value : Number(value);

/** The number as a bigint, for arithmetic of any size. */
export const bigOf = (value: number | bigint | boolean): bigint => BigInt(value);

/** Reads a small int argument, such as a width or an index. */
export function indexOf(value: Value): number {
  if (isInt(value)) return Number(value);
  return fail(`an integer is required`);
}

const INT_TEXT = /^[+-]?\d+(_\d+)*$/;
const FLOAT_TEXT = /^[+-]?((\d+(_\d+)*)?\.?(\d+(_\d+)*)?(e[+-]?\d+(_\d+)*)?|inf(inity)?|nan)$/i;

/** Python's `int(text, base)`; undefined where Python raises ValueError. */
export function parseInt10(text: string, base = 10): Value | undefined {
  const trimmed = text.trim();
  if (base === 10) return INT_TEXT.test(trimmed) ? int(signed(trimmed.replaceAll('_', ''), '')) : undefined;
  const match = /^([+-]?)(0[xob])?([0-9a-z]+(?:_[0-9a-z]+)*)$/i.exec(trimmed);
  if (!match) return undefined;
  const [, sign = '', prefix = '', rest = ''] = match;
  const prefixBase = { '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()];
  const actual = base === 0 ? (prefixBase ?? 10) : base;
  // In base 16, `0b1` is a three-digit number.
  const digits = prefixBase === actual ? rest : prefix + rest;
  return fromDigits(sign, digits.replaceAll('_', '').toLowerCase(), actual);
}

function signed(text: string, prefix: string): bigint {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  return negative ? -BigInt(prefix + digits) : BigInt(prefix + digits);
}

function fromDigits(sign: string, digits: string, base: number): Value | undefined {
  let total = 0n;
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36);
    if (Number.isNaN(worth) || worth >= base) return undefined;
    total = total * BigInt(base) + BigInt(worth);
  }
  return int(sign === '-' ? -total : total);
}

/** Python's `float(text)`; undefined where Python raises ValueError. */
export function parseFloat10(text: string): number | undefined {
  const trimmed = text.trim();
  if (!FLOAT_TEXT.test(trimmed)) return undefined;
  const word = trimmed.toLowerCase().replace(/^[+-]/, '');
  const sign = trimmed.startsWith('-') ? -1 : 1;
  if (word.startsWith('inf')) return sign * Number.POSITIVE_INFINITY;
  if (word === 'nan') return Number.NaN;
  if (!/\d/.test(word.replace(/e.*$/, ''))) return undefined;
  return Number(trimmed.replaceAll('_', ''));
}

/** A float as Python prints it: the fewest digits that round-trip, with an exponent below 1e-4 and from 1e16 on. */
export function floatRepr(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0';
  const [digits, power] = x.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const plain = decimal(digits, exponent);
  return plain.includes('.') ? plain : `${plain}.0`;
}

function decimal(digits: string, exponent: number): string {
  const sign = digits.startsWith('-') ? '-' : '';
  const all = digits.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${all}`;
  if (all.length <= exponent + 1) return sign + all.padEnd(exponent + 1, '0');
  return `${sign}${all.slice(0, exponent + 1)}.${all.slice(exponent + 1)}`;
}

/** Formats a positive number with a fixed number of decimals as Python does: an exact half goes to the even neighbour. */
export function fixedEven(x: number, precision: number): string {
  if (x >= 1e21 || precision > 70)
    return x >= 1e21
      ? BigInt(x).toString() + (precision ? `.${'0'.repeat(precision)}` : '')
      : x.toFixed(Math.min(100, precision));
  const shown = x.toFixed(precision);
  const rest = x.toFixed(precision + 30).slice(x.toFixed(precision + 30).indexOf('.') + 1 + precision);
  // `toFixed` rounds an exact half up.
  return /^50*$/.test(rest) && Number(shown.at(-1)) % 2 === 1
    ? (Number(shown) - 10 ** -precision).toFixed(precision)
    : shown;
}
