import { encodeText } from '../../../src/sdk.ts';

/** Whether two encodings are the same. */
export const isSameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(Buffer.from(other));

/** One value in DER: its tag, its content, and both with the length between them. */
export interface Der {
  readonly tag: number;
  readonly body: Uint8Array;
  readonly raw: Uint8Array;
}

/** The tags that occur in certificates. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  time: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The value at the start of some bytes; undefined if there is none, or only part of it. */
export function readDer(bytes: Uint8Array): Der | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 128 ? 0 : first & 127;
  if (first === 128 || more > 4) return undefined;
  const length = more === 0 ? first : numberIn(bytes.subarray(2, 2 + more));
  const start = 2 + more;
  if (bytes.length < start + length) return undefined;
  return { tag, body: bytes.subarray(start, start + length), raw: bytes.subarray(0, start + length) };
}

/** The values in a sequence, a set or a constructed tag. */
export function partsOf({ body }: Pick<Der, 'body'>): readonly Der[] {
  const parts: Der[] = [];
  for (let rest = body; rest.length > 0; ) {
    const part = readDer(rest);
    if (part === undefined) return parts;
    parts.push(part);
    rest = rest.subarray(part.raw.length);
  }
  return parts;
}

/** A short number. */
export const numberIn = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

/** The value of an integer; numbers in certificates are not negative. */
export const integerOf = ({ body }: Pick<Der, 'body'>): bigint => BigInt(`0x0${Buffer.from(body).toString('hex')}`);

/** An integer for a result: as text, if it is too large for a number. */
export const plainInteger = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

/** An object identifier, with dots. */
export function oidOf({ body }: Pick<Der, 'body'>): string {
  const numbers: bigint[] = [];
  let value = 0n;
  for (const byte of body) {
    value = (value << 7n) + BigInt(byte & 127);
    if (byte < 128) {
      numbers.push(value);
      value = 0n;
    }
  }
  const [first = 0n, ...others] = numbers;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...others].join('.');
}

/** The text of a string, whatever its type. */
export function derText({ tag, body }: Der): string {
  if (tag !== TAG.bmp) return Buffer.from(body).toString(tag === TAG.utf8 ? 'utf8' : 'latin1');
  return Buffer.from(body).swap16().toString('utf16le');
}

/** A value with this tag and these parts as its content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(body.length)), body]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 128) return [length];
  const bytes = bytesOf(BigInt(length));
  return [128 + bytes.length, ...bytes];
}

/** A sequence of values. */
export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.sequence, ...parts);

/** A tag that the surrounding structure gives a meaning, around whole values. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Uint8Array => der(0xa0 + number, ...parts);

/** The same in place of a value's own tag. */
export const implicit = (number: number, body: Uint8Array): Uint8Array => der(0x80 + number, body);

/** An integer, not negative. */
export function integer(value: bigint | number): Uint8Array {
  const bytes = bytesOf(BigInt(value));
  return der(TAG.integer, Uint8Array.from((bytes[0] ?? 0) >= 128 ? [0, ...bytes] : bytes));
}

function bytesOf(value: bigint): readonly number[] {
  const hex = value.toString(16);
  return [...Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex')];
}

/** The content of an object identifier. */
export function oidBody(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...others] = text.split('.').map(BigInt);
  return Uint8Array.from([first * 40n + second, ...others].flatMap(base128));
}

function base128(value: bigint): readonly number[] {
  const last = Number(value & 127n);
  const more = value >> 7n;
  return more === 0n ? [last] : [...base128(more).map((byte) => byte | 128), last];
}

/** An object identifier. */
export const oid = (text: string): Uint8Array => der(TAG.oid, oidBody(text));

/** A bit string of single flags, without zeros at its end. */
export function flagBits(flags: readonly boolean[]): Uint8Array {
  const last = flags.lastIndexOf(true);
  const bytes = new Uint8Array(Math.ceil((last + 1) / 8));
  for (const [index, flag] of flags.entries())
    if (flag) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (128 >> (index & 7));
  return Buffer.concat([Uint8Array.of(bytes.length * 8 - (last + 1)), bytes]);
}

/** The numbers of the flags that a bit string sets. */
export const flagsIn = (body: Uint8Array): readonly number[] =>
  [...body.subarray(1)].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte & (128 >> bit)) !== 0).map((bit) => index * 8 + bit),
  );

/** A string of one of the types for strings. */
export const string = (tag: number, text: string): Uint8Array => der(tag, encodeText(text));

/** A point in time: as certificates must write it, which is with two digits for the year before 2050. */
export function time(date: Date): Uint8Array {
  const digits = timeDigits(date);
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050 ? string(TAG.utcTime, digits.slice(2)) : string(TAG.time, digits);
}

/** A point in time as ASN.1 writes it: `20240601120000Z`. */
export const timeDigits = (date: Date): string => `${date.toISOString().replace(/[-:T]|\..*$/g, '')}Z`;

/** The point in time that such digits stand for, with two or four digits for the year; undefined if they are none. */
export function timeOf(digits: string): Date | undefined {
  const [, year = '', month, day, hour, minute, second] =
    /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? [];
  if (month === undefined) return undefined;
  const full = year.length === 4 ? year : `${Number(year) < 50 ? 20 : 19}${year}`;
  const date = new Date(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
