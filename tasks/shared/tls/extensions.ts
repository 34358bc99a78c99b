import type { Change } from '../../../src/sdk.ts';
import {
  type Der,
  der,
  flagBits,
  flagsIn,
  implicit,
  integer,
  integerOf,
  isSameBytes,
  numberIn,
  oid,
  oidOf,
  partsOf,
  readDer,
  sequence,
  TAG,
} from './der.ts';
import { colons, generalNameText } from './names.ts';

/** An extension of a certificate or of a request for one. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Its value in DER. */
  readonly value: Uint8Array;
}

/** The identifiers of the extensions that can be requested. */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  mustStaple: '1.3.6.1.5.5.7.1.24',
} as const;

/** What an extension is called in the parameters, and in what changes. */
const NAMES: Readonly<Record<string, string>> = {
  [EXTENSION.subjectKeyIdentifier]: 'subject_key_identifier',
  [EXTENSION.keyUsage]: 'key_usage',
  [EXTENSION.subjectAltName]: 'subject_alt_name',
  [EXTENSION.basicConstraints]: 'basic_constraints',
  [EXTENSION.nameConstraints]: 'name_constraints',
  [EXTENSION.crlDistributionPoints]: 'crl_distribution_points',
  [EXTENSION.authorityKeyIdentifier]: 'authority_key_identifier',
  [EXTENSION.extendedKeyUsage]: 'extended_key_usage',
  [EXTENSION.mustStaple]: 'ocsp_must_staple',
};

/** The name of an extension. */
const extensionName = (id: string): string => NAMES[id] ?? `extension ${id}`;

/** An extension in DER. */
export const extensionDer = (one: Extension): Uint8Array =>
  sequence(oid(one.oid), ...(one.critical ? [der(TAG.boolean, Uint8Array.of(255))] : []), der(TAG.octets, one.value));

/** The extensions in a sequence of them. */
export const readExtensions = (all: Der): readonly Extension[] =>
  partsOf(all).flatMap((one) => {
    const [id, ...more] = partsOf(one);
    const value = more.find(({ tag }) => tag === TAG.octets);
    const critical = more.some(({ tag, body }) => tag === TAG.boolean && body[0] !== 0);
    return id === undefined || value === undefined ? [] : [{ oid: oidOf(id), critical, value: value.body }];
  });

const KEY_USAGES = [
  ['digitalSignature', 'Digital Signature'],
  ['nonRepudiation', 'Non Repudiation', 'contentCommitment'],
  ['keyEncipherment', 'Key Encipherment'],
  ['dataEncipherment', 'Data Encipherment'],
  ['keyAgreement', 'Key Agreement'],
  ['keyCertSign', 'Certificate Sign'],
  ['cRLSign', 'CRL Sign'],
  ['encipherOnly', 'Encipher Only'],
  ['decipherOnly', 'Decipher Only'],
] as const;

/** The value of the extension for these usages, or the first that is not known. */
export function keyUsage(usages: readonly string[]): Uint8Array | { readonly unknown: string } {
  const places = usages.map((usage) =>
    KEY_USAGES.findIndex((names) => names.some((name) => name.toLowerCase() === usage.toLowerCase())),
  );
  const unknown = usages[places.indexOf(-1)];
  if (unknown !== undefined) return { unknown };
  return der(TAG.bits, flagBits(KEY_USAGES.map((_, place) => places.includes(place))));
}

const EXTENDED_USAGES: readonly (readonly [oid: string, ...names: string[]])[] = [
  ['1.3.6.1.5.5.7.3.1', 'TLS Web Server Authentication', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'TLS Web Client Authentication', 'clientAuth'],
  ['1.3.6.1.5.5.7.3.3', 'Code Signing', 'codeSigning'],
  ['1.3.6.1.5.5.7.3.4', 'E-mail Protection', 'emailProtection'],
  ['1.3.6.1.5.5.7.3.5', 'IPSec End System', 'ipsecEndSystem'],
  ['1.3.6.1.5.5.7.3.6', 'IPSec Tunnel', 'ipsecTunnel'],
  ['1.3.6.1.5.5.7.3.7', 'IPSec User', 'ipsecUser'],
  ['1.3.6.1.5.5.7.3.8', 'Time Stamping', 'timeStamping'],
  ['1.3.6.1.5.5.7.3.9', 'OCSP Signing', 'OCSPSigning'],
  ['1.3.6.1.5.5.7.3.10', 'dvcs'],
  ['1.3.6.1.5.5.7.3.17', 'ipsec Internet Key Exchange', 'ipsecIKE'],
  ['1.3.6.1.5.5.7.3.21', 'SSH Client', 'secureShellClient'],
  ['1.3.6.1.5.5.7.3.22', 'SSH Server', 'secureShellServer'],
  ['1.3.6.1.4.1.311.2.1.21', 'Microsoft Individual Code Signing', 'msCodeInd'],
  ['1.3.6.1.4.1.311.2.1.22', 'Microsoft Commercial Code Signing', 'msCodeCom'],
  ['1.3.6.1.4.1.311.10.3.1', 'Microsoft Trust List Signing', 'msCTLSign'],
  ['1.3.6.1.4.1.311.10.3.4', 'Microsoft Encrypted File System', 'msEFS'],
  ['1.3.6.1.4.1.311.20.2.2', 'Microsoft Smartcard Login', 'msSmartcardLogin'],
  ['1.3.6.1.5.2.3.4', 'PKINIT Client Auth', 'pkInitClientAuth'],
  ['1.3.6.1.5.2.3.5', 'Signing KDC Response', 'pkInitKDC'],
  ['1.3.6.1.5.5.7.1.2', 'Biometric Info', 'biometricInfo'],
  ['1.3.6.1.5.5.7.1.3', 'qcStatements'],
  ['2.5.29.37.0', 'Any Extended Key Usage', 'anyExtendedKeyUsage'],
];

/** The value of the extension for these purposes, or the first that is not known. */
export function extendedKeyUsage(usages: readonly string[]): Uint8Array | { readonly unknown: string } {
  const known = usages.map((usage) => {
    const found = EXTENDED_USAGES.find((names) => names.some((name) => name.toLowerCase() === usage.toLowerCase()));
    return found?.[0] ?? (/^\d+(\.\d+)+$/.test(usage) ? usage : undefined);
  });
  const unknown = usages[known.indexOf(undefined)];
  if (unknown !== undefined) return { unknown };
  return sequence(...known.flatMap((id) => (id === undefined ? [] : [oid(id)])));
}

/** The value of the extension for constraints such as `CA:TRUE` and `pathlen:0`, or the first that is not known. */
export function basicConstraints(given: readonly string[]): Uint8Array | { readonly unknown: string } {
  const unknown = given.find((one) => !/^(CA:(TRUE|FALSE)|pathlen:\d+)$/i.test(one));
  if (unknown !== undefined) return { unknown };
  const isCa = given.some((one) => /^CA:TRUE$/i.test(one));
  const length = given.map((one) => /^pathlen:(\d+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
  return sequence(
    ...(isCa ? [der(TAG.boolean, Uint8Array.of(255))] : []),
    ...(length === undefined ? [] : [integer(Number(length))]),
  );
}

/** The value of the extension that requires the server to staple a proof that the certificate is not revoked. */
export const mustStaple = sequence(integer(5));

/** What an extension says, as a list of words. */
export function extensionWords({ oid: id, value }: Extension): readonly string[] {
  const read = readDer(value);
  if (read === undefined) return [colons(value)];
  switch (id) {
    case EXTENSION.subjectAltName:
      return partsOf(read).map(generalNameText);
    case EXTENSION.keyUsage:
      return flagsIn(read.body).flatMap((place) => KEY_USAGES[place]?.[1] ?? []);
    case EXTENSION.extendedKeyUsage:
      return partsOf(read).map((one) => EXTENDED_USAGES.find(([known]) => known === oidOf(one))?.[1] ?? oidOf(one));
    case EXTENSION.basicConstraints:
      return constraintWords(read);
    case EXTENSION.subjectKeyIdentifier:
      return [colons(read.body)];
    case EXTENSION.mustStaple:
      return [partsOf(read).some((one) => numberIn(one.body) === 5) ? 'yes' : 'no'];
    case EXTENSION.nameConstraints:
      return partsOf(read).flatMap(({ tag, body }) =>
        partsOf({ body }).map(({ body: subtree }) => {
          const name = readDer(subtree);
          return `${(tag & 31) === 0 ? 'permitted' : 'excluded'} ${name === undefined ? '' : generalNameText(name)}`;
        }),
      );
    case EXTENSION.authorityKeyIdentifier:
      return authorityWords(read);
    default:
      return [Buffer.from(value).toString('base64')];
  }
}

function constraintWords(read: Der): readonly string[] {
  const parts = partsOf(read);
  const length = parts.find(({ tag }) => tag === TAG.integer);
  return [
    `CA:${parts.some(({ tag, body }) => tag === TAG.boolean && body[0] !== 0) ? 'TRUE' : 'FALSE'}`,
    ...(length === undefined ? [] : [`pathlen:${integerOf(length)}`]),
  ];
}

function authorityWords(read: Der): readonly string[] {
  const { identifier, issuer, serial } = readAuthority(read);
  return [
    ...(identifier === undefined ? [] : [colons(identifier)]),
    ...issuer,
    ...(serial === undefined ? [] : [`serial ${serial}`]),
  ];
}

/** The parts of the extension that identifies the key of the issuer. */
export function readAuthority(read: Der): {
  readonly identifier: Uint8Array | undefined;
  readonly issuer: readonly string[];
  readonly serial: bigint | undefined;
} {
  const parts = partsOf(read);
  const at = (place: number) => parts.find(({ tag }) => (tag & 31) === place);
  const serial = at(2);
  return {
    identifier: at(0)?.body,
    issuer: partsOf(at(1) ?? { body: new Uint8Array() }).map(generalNameText),
    serial: serial === undefined ? undefined : integerOf(serial),
  };
}

/** The value of the extension that identifies the key of the issuer. */
export const authorityIdentifier = (
  identifier: Uint8Array | undefined,
  issuer: readonly Uint8Array[] = [],
  serial?: bigint,
): Uint8Array =>
  sequence(
    ...(identifier === undefined ? [] : [implicit(0, identifier)]),
    ...(issuer.length === 0 ? [] : [der(0xa1, ...issuer)]),
    ...(serial === undefined ? [] : [implicit(2, readDer(integer(serial))?.body ?? new Uint8Array())]),
  );

/** Extensions say the same even if a list in them has another order. */
function isSameExtension(one: Extension, other: Extension): boolean {
  return one.critical === other.critical && isSameBytes(ordered(one), ordered(other));
}

/** The extensions of these kinds that differ, and what each says. */
export function differingExtensions(
  now: readonly Extension[],
  wanted: readonly Extension[],
  kinds: readonly string[],
): readonly Pick<Change, 'what' | 'from' | 'to'>[] {
  return kinds.flatMap((kind) => {
    const [is, to] = [now, wanted].map((all) => all.find((one) => one.oid === kind));
    const isSame = is === undefined || to === undefined ? is === to : isSameExtension(is, to);
    return isSame ? [] : [{ what: extensionName(kind), from: extensionText(is), to: extensionText(to) }];
  });
}

const unordered: readonly string[] = [EXTENSION.subjectAltName, EXTENSION.extendedKeyUsage];

function ordered({ oid: id, value }: Extension): Uint8Array {
  const read = readDer(value);
  if (read === undefined || !unordered.includes(id)) return value;
  const parts = partsOf(read).map(({ raw }) => Buffer.from(raw));
  const distinct = [...new Map(parts.map((part) => [part.toString('hex'), part])).values()];
  return sequence(...distinct.toSorted((a, b) => a.compare(b)));
}

/** What an extension says, on one line; null if there is none. */
function extensionText(one: Extension | undefined): string | null {
  if (one === undefined) return null;
  return `${extensionWords(one).join(', ')}${one.critical ? ' (critical)' : ''}`;
}
