import { Float, isDict, Tuple, type Value } from '../../core/value.ts';
import { LazyMapping, TemplateError, Undefined } from '../../template/index.ts';
import { DateOnly, DateTime } from '../../template/python/datetime.ts';
import { float } from '../../template/python/number.ts';
import { repr, typeName } from '../../template/python/repr.ts';

/** Data that JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A value in a form that keeps what JSON loses: tuples, floats with an integral value, large numbers, bytes, dates, and keys that are not
 * text. Each is an object whose only key begins with an exclamation mark.
 */
export function pack(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { '!float': repr(value) };
  if (typeof value === 'bigint') return { '!int': String(value) };
  if (value instanceof Float) return { '!float': repr(value) };
  if (value instanceof Uint8Array) return { '!bytes': Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(pack);
  if (value instanceof Tuple) return { '!tuple': value.items.map(pack) };
  if (isDict(value)) return packDict([...value]);
  return packObject(value);
}

function packDict(entries: readonly (readonly [Value, Value])[]): Json {
  // JavaScript would move keys that look like numbers to the front.
  return entries.every(([key]) => typeof key === 'string' && !/^[!\d]/.test(key))
    ? Object.fromEntries(entries.map(([key, item]) => [String(key), pack(item)]))
    : { '!dict': entries.map(([key, item]) => [pack(key), pack(item)]) };
}

function packObject(value: Value): Json {
  if (value instanceof Undefined) throw new TemplateError(value.message, 'undefined');
  if (value instanceof LazyMapping) return packDict([...value.toDict()]);
  if (value instanceof DateTime) return { '!date': value.isoformat() };
  if (value instanceof DateOnly) return { '!date': value.str() };
  throw new TemplateError(`plugins in Python take only data, and this is an object of the type ${typeName(value)}`);
}

/** The opposite of `pack`. */
export function unpack(json: Json): Value {
  if (json === null || typeof json !== 'object') return json;
  if (isList(json)) return json.map(unpack);
  const entries = Object.entries(json);
  const [tag, inner] = entries.length === 1 ? (entries[0] ?? []) : [];
  const special = tag === undefined || inner === undefined ? undefined : SPECIAL[tag]?.(inner);
  return special ?? new Map(entries.map(([key, item]) => [key, unpack(item)]));
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const listIn = (json: Json): readonly Json[] => (isList(json) ? json : []);

const SPECIAL: Readonly<Record<string, (json: Json) => Value>> = {
  '!int': (json) => BigInt(String(json)),
  '!float': (json) => float(floatOf(String(json))),
  '!bytes': (json) => Buffer.from(String(json), 'base64'),
  '!tuple': (json) => new Tuple(listIn(json).map(unpack)),
  '!dict': (json) =>
    new Map(
      listIn(json).map((pair): [Value, Value] => [unpack(listIn(pair)[0] ?? null), unpack(listIn(pair)[1] ?? null)]),
    ),
  '!date': (json) => dateOf(String(json)),
};

const floatOf = (text: string): number => Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));

function dateOf(text: string): Value {
  const match = /^(\d+-\d+-\d+)(?:T([\d:]+)(?:\.(\d+))?(?:([+-])(\d+):(\d+))?)?/.exec(text);
  const [, day = '', time, fraction = '0', sign, hours, minutes] = match ?? [];
  const offset = sign === undefined ? undefined : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  const at = new DateTime(Date.parse(`${day}T${time ?? '00:00:00'}Z`), Number(fraction), offset);
  return time === undefined ? new DateOnly(at) : at;
}
