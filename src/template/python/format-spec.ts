import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { bigOf, fixedEven, floatRepr, isInt, isNumber, numberOf } from './number.ts';
import { PyObject } from './object.ts';
import { str, typeName } from './repr.ts';
import { chars } from './values.ts';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly group: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:([\s\S]?)([<>=^]))?([+\- ]?)z?(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([bcdeEfFgGnosxX%]?)$/u;

/** Python's `format(value, spec)`. */
export function formatValue(value: Value, text: string): string {
  if (value instanceof PyObject && 'strftime' in value && text !== '')
    return (value.strftime as (format: string) => string)(text);
  if (text === '') return str(value);
  const spec = parse(text);
  if (isNumber(value)) return formatNumber(value, spec);
  if (typeof value !== 'string') {
    return fail(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  if (spec.type && spec.type !== 's')
    return fail(`Unknown format code '${spec.type}' for object of type '${typeName(value)}'`);
  const shown = chars(str(value)).slice(0, spec.precision).join('');
  return pad(shown, spec, spec.align || '<');
}

function parse(text: string): Spec {
  const match = SPEC.exec(text);
  if (!match) return fail('Invalid format specifier');
  const [, fill, align = '', sign = '', alternate, zero, width, group = '', precision, type = ''] = match;
  return {
    fill: fill || (zero ? '0' : ' '),
    align: align || (zero ? '=' : ''),
    sign,
    alternate: alternate === '#',
    width: Number(width || 0),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatNumber(value: Value & (number | bigint | boolean | object), spec: Spec): string {
  const isWhole = isInt(value as Value) && !'eEfFgG%'.includes(spec.type || ' ');
  const [negative, digits] = isWhole ? whole(value as bigint, spec) : real(value, spec);
  const ofPositive = spec.sign === '-' ? '' : spec.sign;
  const sign = negative ? '-' : ofPositive;
  const prefix = isWhole && spec.alternate ? ({ x: '0x', X: '0X', o: '0o', b: '0b' }[spec.type] ?? '') : '';
  const body = group(digits, spec);
  if (spec.align !== '=') return pad(sign + prefix + body, spec, spec.align || '>');
  const room = spec.width - sign.length - prefix.length;
  // Zeros that pad a grouped number are grouped too.
  const filled = spec.group && spec.fill === '0' ? group(digits, spec, room) : body.padStart(room, spec.fill);
  return sign + prefix + filled;
}

function whole(value: number | bigint | boolean, spec: Spec): [boolean, string] {
  const big = bigOf(value);
  const base = { x: 16, X: 16, o: 8, b: 2 }[spec.type] ?? 10;
  if (spec.type === 'c') return [false, String.fromCodePoint(Number(big))];
  if (spec.type === 's') return fail("Unknown format code 's' for object of type 'int'");
  const digits = (big < 0n ? -big : big).toString(base);
  return [big < 0n, spec.type === 'X' ? digits.toUpperCase() : digits];
}

function real(value: Value & (number | bigint | boolean | object), spec: Spec): [boolean, string] {
  const x = numberOf(value as number);
  const negative = x < 0 || Object.is(x, -0);
  if (!'eEfFgGn%'.includes(spec.type || 'g'))
    return fail(`Unknown format code '${spec.type}' for object of type 'float'`);
  return [negative, realDigits(Math.abs(x), spec.type, spec.precision, spec.alternate)];
}

/** The digits of a positive float in one of Python's presentation types. */
export function realDigits(x: number, type: string, precision: number | undefined, alternate = false): string {
  if (!Number.isFinite(x)) return /[EFG]/.test(type) ? floatRepr(x).toUpperCase() : floatRepr(x);
  if (type === '%') return `${fixedEven(x * 100, precision ?? 6)}%`;
  if (type === 'f' || type === 'F') return fixedEven(x, precision ?? 6);
  if (type === 'e' || type === 'E') return scientific(x, precision ?? 6, type);
  if (type === '' && precision === undefined) return floatRepr(x);
  return general(x, precision === undefined ? 6 : precision || 1, type, alternate);
}

function scientific(x: number, precision: number, type: string): string {
  const [digits, power] = x.toExponential(precision).split('e') as [string, string];
  const exponent = Number(power);
  return `${digits}${type}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(x: number, precision: number, type: string, alternate: boolean): string {
  const exponent = x === 0 ? 0 : Number(x.toExponential(precision - 1).split('e')[1]);
  // Without a type, a float keeps at least one digit after the point.
  const limit = type === '' ? precision - 1 : precision;
  const trim = (digits: string) => (alternate || !digits.includes('.') ? digits : digits.replace(/\.?0+$/, ''));
  if (exponent < -4 || exponent >= limit) {
    const [digits, power] = scientific(x, precision - 1, type === 'G' ? 'E' : 'e').split(/(?=[eE])/) as [
      string,
      string,
    ];
    return trim(digits) + power;
  }
  const shown = trim(fixedEven(x, Math.max(0, precision - 1 - exponent)));
  return type === '' && !shown.includes('.') ? `${shown}.0` : shown;
}

function group(digits: string, spec: Spec, room = 0): string {
  if (!spec.group) return digits;
  const size = 'xXob'.includes(spec.type || ' ') ? 4 : 3;
  const [, head = '', tail = ''] = /^([0-9a-fA-F]*)(.*)$/.exec(digits) ?? [];
  const grouped = (text: string) => text.replace(new RegExp(`\\B(?=([0-9a-fA-F]{${size}})+$)`, 'g'), spec.group);
  let filled = head;
  while (grouped(filled).length + tail.length < room) filled = `0${filled}`;
  return grouped(filled) + tail;
}

function pad(text: string, spec: Spec, align: string): string {
  const missing = spec.width - chars(text).length;
  if (missing <= 0) return text;
  if (align === '<') return text + spec.fill.repeat(missing);
  if (align === '^') return spec.fill.repeat(missing >> 1) + text + spec.fill.repeat(missing - (missing >> 1));
  return spec.fill.repeat(missing) + text;
}
