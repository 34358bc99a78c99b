import type { TaskResult } from '../../../src/sdk.ts';
import { plainInteger, readDer } from './der.ts';
import { EXTENSION, type Extension, extensionWords, readAuthority } from './extensions.ts';
import { colons, type Name, nameDict, nameOfType } from './names.ts';
import { toPem } from './pem.ts';
import { fingerprints, kindOf, numbersOf } from './public-key.ts';

/** A name as pairs of type and value. */
export const orderedName = (name: Name) => name.map(([type, value]) => [nameOfType(type), value]);

/** What is told of a public key. */
export const toldKey = (publicKey: Uint8Array): TaskResult => ({
  public_key: toPem('PUBLIC KEY', publicKey),
  public_key_type: kindOf(publicKey)?.type ?? 'unknown',
  public_key_data: numbersOf(publicKey),
  public_key_fingerprints: fingerprints(publicKey),
});

/** What that means. */
export const toldKeyReturns = {
  public_key: 'The public key, in PEM format.',
  public_key_type: 'The kind of key.',
  public_key_data: 'The numbers that the key consists of, as text if they have more than 15 digits.',
  public_key_fingerprints: "The public key's checksums, by algorithm.",
} as const;

/** What the extensions of a certificate, or of a request for one, tell. */
export function toldExtensions(extensions: readonly Extension[]): TaskResult {
  const find = (id: string): Extension | undefined => extensions.find(({ oid }) => oid === id);
  const listed = (id: string) => {
    const found = find(id);
    return found === undefined ? null : extensionWords(found);
  };
  const authority = find(EXTENSION.authorityKeyIdentifier);
  const read = authority && readDer(authority.value);
  const { identifier, issuer = [], serial } = read === undefined ? {} : readAuthority(read);
  const staple = listed(EXTENSION.mustStaple);
  return {
    subject_alt_name: listed(EXTENSION.subjectAltName),
    subject_alt_name_critical: find(EXTENSION.subjectAltName)?.critical ?? false,
    key_usage: listed(EXTENSION.keyUsage)?.toSorted() ?? null,
    key_usage_critical: find(EXTENSION.keyUsage)?.critical ?? false,
    extended_key_usage: listed(EXTENSION.extendedKeyUsage)?.toSorted() ?? null,
    extended_key_usage_critical: find(EXTENSION.extendedKeyUsage)?.critical ?? false,
    basic_constraints: listed(EXTENSION.basicConstraints),
    basic_constraints_critical: find(EXTENSION.basicConstraints)?.critical ?? false,
    ocsp_must_staple: staple === null ? null : staple[0] === 'yes',
    ocsp_must_staple_critical: find(EXTENSION.mustStaple)?.critical ?? false,
    subject_key_identifier: listed(EXTENSION.subjectKeyIdentifier)?.[0] ?? null,
    authority_key_identifier: identifier === undefined ? null : colons(identifier),
    authority_cert_issuer: issuer.length === 0 ? null : issuer,
    authority_cert_serial_number: serial === undefined ? null : plainInteger(serial),
    extensions_by_oid: Object.fromEntries(
      extensions.map(({ oid, critical, value }) => [oid, { critical, value: Buffer.from(value).toString('base64') }]),
    ),
  };
}

/** What they mean. */
export const toldExtensionsReturns = {
  subject_alt_name: 'The names that it is valid for.',
  subject_alt_name_critical: 'Whether clients must understand them.',
  key_usage: 'What the key may be used for.',
  key_usage_critical: 'Whether clients must understand that.',
  extended_key_usage: 'The purposes of the certificate.',
  extended_key_usage_critical: 'Whether clients must understand them.',
  basic_constraints: 'Whether it may sign other certificates.',
  basic_constraints_critical: 'Whether clients must understand that.',
  ocsp_must_staple: 'Whether servers must present a proof that it is not revoked; null if it does not say.',
  ocsp_must_staple_critical: 'Whether clients must understand that.',
  subject_key_identifier: 'The identifier of the key.',
  authority_key_identifier: "The identifier of the issuer's key.",
  authority_cert_issuer: "The names of the issuer's issuer.",
  authority_cert_serial_number: "The serial number of the issuer's certificate.",
  extensions_by_oid: 'All extensions, with `critical` and, as base64, `value`.',
} as const;

/** What is told of who or what a name stands for. */
export const toldSubject = (subject: Name): TaskResult => ({
  subject: nameDict(subject),
  subject_ordered: orderedName(subject),
});
