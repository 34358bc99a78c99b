import { codeOf } from '../../core/text/code-of.ts';
import { Float, isDict, Tuple, type Value } from '../../core/value.ts';
import { TemplateError } from '../errors.ts';
import { floatRepr } from './number.ts';
import { LazyMapping, MISSING, PyObject, Undefined } from './object.ts';

/** Python's `str()`: a value as text. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  if (value === MISSING) return '';
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof PyObject && value.str) return value.str();
  return repr(value);
}

/** Python's `repr()`: a value as shown inside a list. */
export function repr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return stringRepr(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatRepr(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Float) return floatRepr(value.value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Tuple) return tupleRepr(value.items);
  if (isDict(value)) return dictRepr(value);
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (value === MISSING) return 'Undefined';
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof LazyMapping) return dictRepr(value.toDict());
  if (value instanceof PyObject && value.repr) return value.repr();
  return `<${typeName(value)} object>`;
}

/** The error for using an undefined value. */
export function undefinedError(value: Undefined): TemplateError {
  const error = new TemplateError(value.message, 'undefined');
  value.locate(error);
  return error;
}

/** The name of a value's type in Python's messages. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof Float) return 'float';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Tuple) return 'tuple';
  if (isDict(value)) return 'dict';
  if (value instanceof Uint8Array) return 'bytes';
  return (value as PyObject).opaque;
}

const dictRepr = (dict: ReadonlyMap<Value, Value>): string =>
  `{${[...dict].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;

const tupleRepr = (items: readonly Value[]): string =>
  `(${items.map(repr).join(', ')}${items.length === 1 ? ',' : ''})`;

const UNPRINTABLE = /[\\\p{C}\p{Zl}\p{Zp}\p{Zs}]/gu;

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, escapeChar);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

const SHORT: Record<string, string> = { ' ': ' ', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeChar(char: string): string {
  const short = SHORT[char];
  if (short) return short;
  const code = codeOf(char);
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

function bytesRepr(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join('');
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(
    /[^ -[\]-~]/g,
    (char) => SHORT[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `b${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
