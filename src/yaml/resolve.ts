import { Float, type Value } from '../core/value.ts';

const words = new Map<string, Value>([
  ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['~', 'null', 'Null', 'NULL', ''].map((word) => [word, null] as const),
]);

const int = /^[-+]?(?:0b[01_]+|0[0-7_]+|(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const timestamp =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::?(\d\d))?))?)?$/;
const date = /^\d{4}-\d\d-\d\d$/;

/** The value of one of YAML's words (yes, off, null and the like); undefined for any other text. */
export const plainWord = (text: string): Value | undefined => words.get(text);

/** The value of a plain (unquoted) scalar in YAML 1.1 as PyYAML reads it. */
export function resolvePlain(text: string): Value {
  const code = text.charCodeAt(0);
  const isDigit = code >= 48 && code <= 57;
  if (isDigit || code === 43 || code === 45 || code === 46) return resolveNumber(text) ?? text;
  if (text.length > 5) return text;
  const word = words.get(text);
  return word === undefined ? text : word;
}

function resolveNumber(text: string): Value | undefined {
  if (int.test(text)) return readInt(text);
  if (float.test(text)) return readFloat(text);
  return readTimestamp(text);
}

/** Read an integer in any of YAML 1.1's notations: 0644, 0x1f, 0b1, 1_000, 1:30. */
export function readInt(written: string): Value {
  const text = written.replaceAll('_', '');
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const value = unsigned(digits);
  return narrow(negative ? -value : value);
}

function unsigned(digits: string): bigint {
  if (digits.includes(':')) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  if (/^0[bx]$/.test(digits)) return 0n;
  if (/^0[bx]/.test(digits)) return BigInt(digits);
  return digits.length > 1 && digits.startsWith('0') ? BigInt(`0o${digits}`) : BigInt(digits);
}

const narrow = (value: bigint): Value => {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
};

/** Read a float in any of YAML 1.1's notations; one without a fraction stays a float. */
export function readFloat(written: string): Value {
  const text = written.replaceAll('_', '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  const value = sign * magnitude(digits);
  return Number.isInteger(value) ? new Float(value) : value;
}

function magnitude(digits: string): number {
  if (digits === '.inf') return Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

// In Ansible, dates are Python objects; wherever they are printed, they look like this.
function readTimestamp(text: string): string | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, year, month = '', day = '', hour, minute, second, fraction, zone, sign, zoneHour = '', zoneMinute] = match;
  if (hour === undefined) return date.test(text) ? text : undefined;
  const clock = `${hour.padStart(2, '0')}:${minute}:${second}`;
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0');
  const told = sign === undefined ? '+00:00' : `${sign}${zoneHour.padStart(2, '0')}:${zoneMinute ?? '00'}`;
  const offset = zone === undefined ? '' : told;
  const day2 = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return `${day2} ${clock}${micros === '000000' ? '' : `.${micros}`}${offset}`;
}
