import { isDict, Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { realDigits } from './format-spec.ts';
import { bigOf, intOf, isInt, isNumber, numberOf } from './number.ts';
import { MISSING, Undefined } from './object.ts';
import { repr, str, typeName } from './repr.ts';
import { chars, lookup } from './values.ts';

const CONVERSION = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S])?/gu;

/** Python's `text % values`. */
export function percentFormat(text: string, values: Value): string {
  const items = values instanceof Tuple ? [...values.items] : [values];
  const dict = isDict(values) ? values : undefined;
  let used = 0;
  const next = (): Value => {
    const item = items[used++];
    return item === undefined ? fail('not enough arguments for format string') : item;
  };
  const result = text.replace(CONVERSION, (all, ...[key, flags, width, precision, type]) => {
    if (type === '%') return '%';
    if (type === undefined) return fail('incomplete format');
    const wide = width === '*' ? Number(next()) : Number(width || 0);
    // `%.f` does have a precision: an empty one means 0.
    const digits = precision === '*' ? Number(next()) : precisionOf(precision, /\.[hlL]?.$/.test(all));
    const value = key === undefined ? next() : named(dict, key);
    return pad(convert(value, type, flags, digits), flags, wide, type);
  });
  // Lists and dicts can be indexed; Python does not count arguments then.
  if (!dict && used < items.length && !Array.isArray(values)) {
    return fail('not all arguments converted during string formatting');
  }
  return result;
}

/**
 * The precision given in a conversion. A point without digits means 0; without a point, the precision is unspecified.
 */
function precisionOf(digits: string | undefined, hasPoint: boolean): number | undefined {
  if (digits !== undefined) return Number(digits);
  return hasPoint ? 0 : undefined;
}

function named(dict: ReadonlyMap<Value, Value> | undefined, key: string): Value {
  if (!dict) return fail('format requires a mapping');
  return lookup(dict, key) ?? (dict.has(key) ? null : fail(`KeyError: ${repr(key)}`));
}

// An undefined value may be shown in this form, as Ansible does.
function reprOfAny(value: Value): string {
  if (!(value instanceof Undefined) || value === MISSING) return repr(value);
  const name = /'([^']*)'(?: is undefined)?$/.exec(value.message)?.[1];
  const owner = value.owner === undefined ? 'missing' : repr(value.owner);
  return `AnsibleUndefined(hint=None, obj=${owner}, name=${name === undefined ? 'None' : repr(name)})`;
}

function convert(value: Value, type: string, flags: string, precision: number | undefined): string {
  if (type === 's') return chars(str(value)).slice(0, precision).join('');
  if (type === 'r' || type === 'a') return chars(reprOfAny(value)).slice(0, precision).join('');
  if (type === 'c') return typeof value === 'string' ? value : String.fromCodePoint(Number(value));
  if ('diuoxX'.includes(type)) return wholeNumber(value, type, flags, precision);
  if ('eEfFgG'.includes(type)) return realNumber(value, type, flags, precision);
  return fail(`unsupported format character '${type}'`);
}

function wholeNumber(value: Value, type: string, flags: string, precision: number | undefined): string {
  if (!isNumber(value) || (!isInt(value) && 'oxX'.includes(type))) {
    return fail(
      `%${type} format: ${'oxX'.includes(type) ? 'an integer' : 'a real number'} is required, not ${typeName(value)}`,
    );
  }
  const big = bigOf(isInt(value) ? value : (intOf(Math.trunc(numberOf(value))) as number));
  const base = { x: 16, X: 16, o: 8 }[type] ?? 10;
  const digits = (big < 0n ? -big : big).toString(base).padStart(precision ?? 0, '0');
  const prefix = flags.includes('#') ? ({ x: '0x', X: '0X', o: '0o' }[type] ?? '') : '';
  return signOf(big < 0n, flags) + prefix + (type === 'X' ? digits.toUpperCase() : digits);
}

function realNumber(value: Value, type: string, flags: string, precision: number | undefined): string {
  if (!isNumber(value)) return fail(`must be real number, not ${typeName(value)}`);
  const x = numberOf(value);
  return signOf(x < 0 || Object.is(x, -0), flags) + realDigits(Math.abs(x), type, precision, flags.includes('#'));
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function pad(text: string, flags: string, width: number, type: string): string {
  const missing = Math.abs(width) - chars(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-') || width < 0) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'sracr'.includes(type)) return ' '.repeat(missing) + text;
  const [, head = '', digits = ''] = /^([+\- ]?(?:0[xXo])?)(.*)$/.exec(text) ?? [];
  return head + '0'.repeat(missing) + digits;
}
