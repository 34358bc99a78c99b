import type { Value } from '../../core/value.ts';
import { DateTime } from './datetime.ts';
import { float, int } from './number.ts';

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const TIME =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::?([0-9]{2}))?))?$/;

/** The kinds of plain scalars that YAML 1.1 knows beside text. */
export type ScalarKind = 'bool' | 'int' | 'float' | 'null' | 'timestamp' | 'merge' | 'value' | 'str';

/** What PyYAML takes a plain text for. */
export function scalarKind(text: string): ScalarKind {
  if (NULL.test(text)) return 'null';
  if (BOOL.test(text)) return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (DATE.test(text) || TIME.test(text)) return 'timestamp';
  if (text === '<<') return 'merge';
  return text === '=' ? 'value' : 'str';
}

const TAGS: Record<string, ScalarKind> = {
  'tag:yaml.org,2002:str': 'str',
  'tag:yaml.org,2002:int': 'int',
  'tag:yaml.org,2002:float': 'float',
  'tag:yaml.org,2002:bool': 'bool',
  'tag:yaml.org,2002:null': 'null',
};

/** The value of a scalar, by its tag or its looks. */
export function resolveScalar(text: string, plain: boolean, tag?: string): Value {
  if (tag === 'tag:yaml.org,2002:binary') return new Uint8Array(Buffer.from(text, 'base64'));
  const kind = (tag && TAGS[tag]) || (plain ? scalarKind(text) : 'str');
  if (kind === 'null') return null;
  if (kind === 'bool') return /^(?:yes|true|on)$/i.test(text);
  if (kind === 'int') return wholeNumber(text.replaceAll('_', ''));
  if (kind === 'float') return realNumber(text.replaceAll('_', '').toLowerCase());
  return kind === 'timestamp' ? timestamp(text) : text;
}

function wholeNumber(text: string): Value {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const size = digits.includes(':')
    ? digits.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n)
    : BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return int(negative ? -size : size);
}

function realNumber(text: string): Value {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  if (digits.includes(':'))
    return float(sign * digits.split(':').reduce((total, part) => total * 60 + Number(part), 0));
  return float(sign * Number(digits));
}

function timestamp(text: string): Value {
  const match = TIME.exec(text);
  // A date alone stays text here: no template of ours computes with it, and it prints the same.
  if (!match) return text;
  const [, year, month, day, hour, minute, second, fraction = '', zone, sign, zoneHour, zoneMinute] = match;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const microsecond = Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (zone === undefined) return new DateTime(local, microsecond);
  const offset = zone === 'Z' ? 0 : (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -1 : 1);
  return new DateTime(local, microsecond, offset);
}
