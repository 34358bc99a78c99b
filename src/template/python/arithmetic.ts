import { Tuple, type Value } from '../../core/value.ts';
import { divisionByZero, fail } from '../errors.ts';
import { bigOf, float, int, isInt, isNumber, numberOf } from './number.ts';
import { PyObject, Undefined } from './object.ts';
import { percentFormat } from './percent-format.ts';
import { typeName, undefinedError } from './repr.ts';
import { sequence } from './values.ts';

/** The symbols of Python's binary operators. */
export type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/** Python's binary operators. */
export const operators: Readonly<Record<Operator, (a: Value, b: Value) => Value>> = {
  '+': add,
  '-': (a, b) =>
    dates('-', a, b) ??
    arithmetic(
      '-',
      a,
      b,
      (x, y) => x - y,
      (x, y) => x - y,
    ),
  '*': multiply,
  '/': divide,
  '//': floorDivide,
  '%': modulo,
  '**': power,
};

function add(a: Value, b: Value): Value {
  if (typeof a === 'string') {
    if (typeof b === 'string') return a + b;
    if (b instanceof Undefined) throw undefinedError(b);
    return fail(`can only concatenate str (not "${typeName(b)}") to str`, 'template-type');
  }
  if (Array.isArray(a)) {
    if (Array.isArray(b)) return [...a, ...b];
    if (b instanceof Undefined) throw undefinedError(b);
    return fail(`can only concatenate list (not "${typeName(b)}") to list`, 'template-type');
  }
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.concat([a, b]);
  return (
    dates('+', a, b) ??
    arithmetic(
      '+',
      a,
      b,
      (x, y) => x + y,
      (x, y) => x + y,
    )
  );
}

/** The result for objects with their own operators (dates). */
function dates(symbol: '+' | '-', a: Value, b: Value): Value | undefined {
  return a instanceof PyObject && 'operate' in a
    ? (a.operate as (symbol: string, other: Value) => Value | undefined)(symbol, b)
    : undefined;
}

function arithmetic(
  symbol: string,
  a: Value,
  b: Value,
  onNumbers: (x: number, y: number) => number,
  onBigs: (x: bigint, y: bigint) => bigint,
): Value {
  if (isInt(a) && isInt(b)) {
    const quick = onNumbers(Number(a), Number(b));
    if (Number.isSafeInteger(quick) && typeof a !== 'bigint' && typeof b !== 'bigint') return quick + 0;
    return int(onBigs(bigOf(a), bigOf(b)));
  }
  if (isNumber(a) && isNumber(b)) return float(onNumbers(numberOf(a), numberOf(b)));
  return unsupported(symbol, a, b);
}

function unsupported(symbol: string, a: Value, b: Value): never {
  if (a instanceof Undefined) throw undefinedError(a);
  if (b instanceof Undefined) throw undefinedError(b);
  const shown = symbol === '**' ? '** or pow()' : symbol;
  return fail(`unsupported operand type(s) for ${shown}: '${typeName(a)}' and '${typeName(b)}'`, 'template-type');
}

function multiply(a: Value, b: Value): Value {
  if (isInt(b) && !isNumber(a)) return repeat(a, b) ?? unsupported('*', a, b);
  if (isInt(a) && !isNumber(b)) return repeat(b, a) ?? unsupported('*', a, b);
  return arithmetic(
    '*',
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

/** The maximum length, in characters or items, of a value built by repetition. */
const LARGEST = 50_000_000;

function repeat(value: Value, times: number | bigint | boolean): Value | undefined {
  const count = Math.max(0, Number(times));
  const length = typeof value === 'string' ? value.length : (sequence(value)?.length ?? 0);
  if (count * length > LARGEST) return fail(`${count} times ${length} is more than a template can hold`);
  if (typeof value === 'string') return value.repeat(count);
  if (Array.isArray(value)) return Array.from({ length: count }, () => value).flat();
  if (value instanceof Tuple) return new Tuple(Array.from({ length: count }, () => value.items).flat());
  return undefined;
}

function divide(a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) return unsupported('/', a, b);
  if (numberOf(b) === 0) return divisionByZero(isInt(a) && isInt(b) ? 'division by zero' : 'float division by zero');
  return float(numberOf(a) / numberOf(b));
}

function floorDivide(a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) return unsupported('//', a, b);
  if (numberOf(b) === 0)
    return divisionByZero(isInt(a) && isInt(b) ? 'integer division or modulo by zero' : 'float divmod()');
  if (!isInt(a) || !isInt(b)) {
    // As Python does: rounding the quotient could give one more than fits.
    const [x, y] = [numberOf(a), numberOf(b)];
    return float(Math.round((x - modOf(x, y)) / y));
  }
  if (typeof a !== 'bigint' && typeof b !== 'bigint') return Math.floor(Number(a) / Number(b)) + 0;
  const [x, y] = [bigOf(a), bigOf(b)];
  return int(x % y !== 0n && x < 0n !== y < 0n ? x / y - 1n : x / y);
}

function modulo(a: Value, b: Value): Value {
  if (typeof a === 'string') return percentFormat(a, b);
  if (!isNumber(a) || !isNumber(b)) return unsupported('%', a, b);
  if (numberOf(b) === 0)
    return divisionByZero(isInt(a) && isInt(b) ? 'integer division or modulo by zero' : 'float modulo');
  if (!isInt(a) || !isInt(b)) return float(modOf(numberOf(a), numberOf(b)));
  if (typeof a !== 'bigint' && typeof b !== 'bigint') return modOf(Number(a), Number(b)) + 0;
  const [x, y] = [bigOf(a), bigOf(b)];
  return int(((x % y) + y) % y);
}

/** Python's remainder, which has the sign of the divisor. */
function modOf(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

function power(a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) return unsupported('**', a, b);
  if (isInt(a) && isInt(b) && Number(b) >= 0) {
    const bits = Math.log2(Math.max(1, Math.abs(Number(a)))) * Number(b);
    if (bits > LARGEST) return fail('this power is larger than a template can hold');
    return int(bigOf(a) ** bigOf(b));
  }
  if (numberOf(a) === 0 && numberOf(b) < 0) return fail('0.0 cannot be raised to a negative power');
  const result = numberOf(a) ** numberOf(b);
  if (Number.isNaN(result) && numberOf(a) < 0) return fail('a fractional power of a negative number is complex');
  const isTooLarge = !Number.isFinite(result) && Number.isFinite(numberOf(a)) && Number.isFinite(numberOf(b));
  return isTooLarge ? fail("(34, 'Numerical result out of range')") : float(result);
}

/** Python's unary minus. */
export function negate(value: Value): Value {
  if (isInt(value)) return typeof value === 'bigint' ? int(-value) : 0 - Number(value);
  if (isNumber(value)) return float(-numberOf(value));
  if (value instanceof Undefined) throw undefinedError(value);
  return fail(`bad operand type for unary -: '${typeName(value)}'`, 'template-type');
}

/** Python's unary plus. */
export function positive(value: Value): Value {
  if (isNumber(value)) return typeof value === 'boolean' ? Number(value) : value;
  if (value instanceof Undefined) throw undefinedError(value);
  return fail(`bad operand type for unary +: '${typeName(value)}'`, 'template-type');
}
