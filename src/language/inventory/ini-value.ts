import type { Position } from '../../core/source.ts';
import { isTemplateText, type Raw, Template, Tuple, type Value } from '../../core/value.ts';
import { literal } from '../../template/python/literal.ts';

/** A value in an INI inventory: a Python literal if it is one, otherwise plain text. */
export function iniValue(text: string, at?: Position): Raw {
  const whole = literal(text);
  const value = whole === undefined ? bareTuple(text) : whole;
  return templated(value === undefined ? text : value, at);
}

// `1, 2` without parentheses is a tuple too.
const bareTuple = (text: string): Value | undefined => (text.includes(',') ? literal(`(${text})`) : undefined);

/** Turns strings with braces in plain data into templates. */
function templated(value: Value, at?: Position): Raw {
  if (typeof value === 'string') return isTemplateText(value) ? new Template(value, at) : value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Tuple) return value.items.map((item) => templated(item, at));
  if (Array.isArray(value)) return value.map((item) => templated(item, at));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, templated(item, at)]));
  return value;
}
