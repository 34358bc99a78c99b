import { pairs } from '../../../src/sdk.ts';
import {
  type Der,
  der,
  derText,
  implicit,
  oid,
  oidBody,
  oidOf,
  partsOf,
  readDer,
  sequence,
  string,
  TAG,
  tagged,
} from './der.ts';

/** A name as in a certificate: its parts in order, each with its type and its value. */
export type Name = readonly (readonly [type: string, value: string])[];

// The first name of each type is the one to report; all of them can be given.
const TYPES: readonly (readonly [oid: string, ...names: string[]])[] = [
  ['2.5.4.6', 'countryName', 'C'],
  ['2.5.4.8', 'stateOrProvinceName', 'ST'],
  ['2.5.4.7', 'localityName', 'L'],
  ['2.5.4.10', 'organizationName', 'O'],
  ['2.5.4.11', 'organizationalUnitName', 'OU'],
  ['2.5.4.3', 'commonName', 'CN'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
  ['2.5.4.4', 'surname', 'SN'],
  ['2.5.4.42', 'givenName', 'GN'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.12', 'title'],
  ['2.5.4.13', 'description'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.9', 'street', 'streetAddress'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.16', 'postalAddress'],
  ['2.5.4.17', 'postalCode'],
  ['2.5.4.41', 'name'],
  ['2.5.4.44', 'generationQualifier'],
  ['2.5.4.45', 'x500UniqueIdentifier'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'userId', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'domainComponent', 'DC'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionLocalityName', 'jurisdictionL'],
  ['1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionStateOrProvinceName', 'jurisdictionST'],
  ['1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionCountryName', 'jurisdictionC'],
];

const oidsByName = new Map(TYPES.flatMap(([id, ...names]) => names.map((name) => [name.toLowerCase(), id] as const)));
const namesByOid = new Map(TYPES.map(([id, name = id]) => [id, name] as const));

/** The identifier of a type in a name, given by one of its names or as such; undefined if it is not known. */
export const nameTypeOf = (type: string): string | undefined =>
  oidsByName.get(type.trim().toLowerCase()) ?? (/^\d+(\.\d+)+$/.test(type.trim()) ? type.trim() : undefined);

/** The name of a type in a name. */
export const nameOfType = (type: string): string => namesByOid.get(type) ?? type;

/** The type of string for a value in a name. */
function stringTag(type: string): number {
  const name = nameOfType(type);
  if (name === 'countryName' || name === 'jurisdictionCountryName') return TAG.printable;
  return name === 'emailAddress' || name === 'domainComponent' ? TAG.ia5 : TAG.utf8;
}

const attribute = ([type, value]: Name[number]): Uint8Array => sequence(oid(type), string(stringTag(type), value));

/** A name in DER, whose types are identifiers. */
export const nameDer = (name: Name): Uint8Array => sequence(...name.map((part) => der(TAG.set, attribute(part))));

/** A part of a name, relative to another name. */
export const relativeDer = (name: Name): Uint8Array => Buffer.concat(name.map(attribute));

/** The parts of a name in DER. */
export const readName = (name: Der): Name => partsOf(name).flatMap((set) => partsOf(set).flatMap(readAttribute));

/** One part of a name: a type and a value. */
function readAttribute(attribute: Der): Name {
  const [type, value] = partsOf(attribute);
  return type === undefined || value === undefined ? [] : [[oidOf(type), derText(value)]];
}

const shortNames = new Map(
  TYPES.map(([id, ...names]) => [id, names.toSorted((a, b) => a.length - b.length)[0] ?? id] as const),
);

/** A name on one line, as `openssl` prints it. */
export const nameText = (name: Name): string =>
  name.map(([type, value]) => `${shortNames.get(type) ?? type}=${value}`).join(', ');

/** Names are equal if they have the same parts; in the same order, if that matters. */
export function isSameName(one: Name, other: Name, ordered: boolean): boolean {
  const texts = (name: Name) => name.map((part) => JSON.stringify(part));
  const [a, b] = ordered ? [texts(one), texts(other)] : [texts(one).toSorted(), texts(other).toSorted()];
  return a.length === b.length && pairs(a, b).every(([x, y]) => x === y);
}

/** A name as the types report it: a dict, where the last value of each type wins. */
export const nameDict = (name: Name): Readonly<Record<string, string>> =>
  Object.fromEntries(name.map(([type, value]) => [nameOfType(type), value]));

/** The name in `/C=DE/O=Example` or in `C=DE, O=Example`; undefined if a type in it is not known. */
function parseName(text: string): Name | undefined {
  const parts = text.startsWith('/') ? text.slice(1).split(/(?<!\\)\//) : text.split(/(?<!\\)[,+]/);
  const read = parts.map((part) => {
    const [, type = '', value = ''] = /^\s*([^=]*?)\s*=\s*([\s\S]*?)\s*$/.exec(part) ?? [];
    return [nameTypeOf(type), value.replace(/\\(.)/g, '$1')] as const;
  });
  return read.every((part): part is readonly [string, string] => part[0] !== undefined) ? read : undefined;
}

/** A general name (`DNS:…`, `IP:…`) in DER; undefined if it cannot be read. An address range is for constraints. */
export function generalName(text: string, options: { readonly range?: boolean } = {}): Uint8Array | undefined {
  const [, kind = '', value = ''] = /^\s*([A-Za-z]+):\s*([\s\S]*?)\s*$/.exec(text) ?? [];
  switch (kind.toLowerCase()) {
    case 'dns':
      return implicit(2, Buffer.from(asciiHost(value)));
    case 'email':
      return implicit(1, Buffer.from(value));
    case 'uri':
      return implicit(6, Buffer.from(value));
    case 'ip':
      return ipName(value, options.range === true);
    case 'rid':
      return /^\d+(\.\d+)+$/.test(value) ? implicit(8, oidBody(value)) : undefined;
    case 'dirname': {
      const name = parseName(value);
      return name && tagged(4, nameDer(name));
    }
    case 'othername':
      return otherName(value);
    default:
      return undefined;
  }
}

/** The ASCII form of a host name with other letters. */
function asciiHost(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name;
  const star = name.startsWith('*.') ? '*.' : '';
  const plain = name.slice(star.length);
  return URL.canParse(`http://${plain}`) ? `${star}${new URL(`http://${plain}`).hostname}` : name;
}

function ipName(text: string, range: boolean): Uint8Array | undefined {
  const [address = '', prefix] = text.split('/');
  const bytes = ipBytes(address);
  if (bytes === undefined || (prefix !== undefined) !== range) return undefined;
  if (prefix === undefined) return implicit(7, bytes);
  const mask = /^\d+$/.test(prefix) ? maskBytes(Number(prefix), bytes.length) : ipBytes(prefix);
  return mask?.length === bytes.length ? implicit(7, Buffer.concat([bytes, mask])) : undefined;
}

const maskBytes = (prefix: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))) & 0xff);

function ipBytes(text: string): Uint8Array | undefined {
  const isV4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
  if (isV4) {
    const numbers = text.split('.').map(Number);
    return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined;
  }
  if (!text.includes(':') || !URL.canParse(`http://[${text}]`)) return undefined;
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const words = (part: string) => part.split(':').filter((word) => word !== '');
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((word) => word.padStart(4, '0')).join(''), 'hex');
}

/** `OID;UTF8:text`, or `OID;` followed by the value in DER, as hexadecimal bytes with colons. */
function otherName(text: string): Uint8Array | undefined {
  const [, type, value = ''] = /^(\d+(?:\.\d+)+);([\s\S]*)$/.exec(text) ?? [];
  if (type === undefined) return undefined;
  const utf8 = /^UTF8:([\s\S]*)$/i.exec(value)?.[1];
  if (utf8 !== undefined) return tagged(0, oid(type), tagged(0, string(TAG.utf8, utf8)));
  return /^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(value)
    ? tagged(0, oid(type), tagged(0, Buffer.from(value.replaceAll(':', ''), 'hex')))
    : undefined;
}

/** A general name in DER as text. */
export function generalNameText({ tag, body }: Der): string {
  switch (tag & 31) {
    case 1:
      return `email:${Buffer.from(body).toString()}`;
    case 2:
      return `DNS:${Buffer.from(body).toString()}`;
    case 6:
      return `URI:${Buffer.from(body).toString()}`;
    case 7:
      return `IP:${ipText(body)}`;
    case 8:
      return `RID:${oidOf({ body })}`;
    case 4: {
      const name = readDer(body);
      return `dirName:${name === undefined ? '' : nameText(readName(name)).replaceAll(', ', ',')}`;
    }
    default:
      return `otherName:${otherText(body)}`;
  }
}

function otherText(body: Uint8Array): string {
  const [type, value] = partsOf({ body });
  const inner = value && readDer(value.body);
  const shown = inner?.tag === TAG.utf8 ? `UTF8:${derText(inner)}` : colons(value?.body ?? new Uint8Array());
  return `${type === undefined ? '' : oidOf(type)};${shown}`;
}

/** Bytes as `ab:cd:…`. */
export const colons = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(':');

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4 || bytes.length === 16) return addressText(bytes);
  const half = bytes.length / 2;
  const mask = [...bytes.subarray(half)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return `${addressText(bytes.subarray(0, half))}/${mask.replace(/0+$/, '').length}`;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}
