import {
  ControllerError,
  defineTask,
  nothing,
  type Params,
  type Plan,
  type TaskContext,
  type TaskResult,
  tidyPath,
} from '../src/sdk.ts';
import { readX509, type X509 } from './shared/tls/certificate.ts';
import { oidOf, partsOf, plainInteger, readDer, timeDigits } from './shared/tls/der.ts';
import { EXTENSION, type Extension, extensionWords, readAuthority } from './shared/tls/extensions.ts';
import { colons, generalNameText, type Name, nameDict, nameOfType } from './shared/tls/names.ts';
import { toPem } from './shared/tls/pem.ts';
import { fingerprints, kindOf, numbersOf } from './shared/tls/public-key.ts';
import { tlsText } from './shared/tls/request.ts';
import { digestOf } from './shared/tls/signing.ts';
import { momentOf } from './shared/tls/validity.ts';

const params = {
  path: { type: 'path', doc: 'The file with the certificate, on the host.' },
  content: { type: 'str', doc: 'The certificate itself, instead of its file.' },
  valid_at: {
    type: 'dict',
    doc: 'Names and times, such as `in_a_month: +30d`: `valid_at` in the result says whether the certificate is valid then.',
  },
  name_encoding: {
    type: 'str',
    default: 'ignore',
    choices: ['ignore', 'idna', 'unicode'],
    ignored: 'names are returned as they are in the certificate',
  },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: 'the controller reads the certificate',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.x509_certificate_info',
  aliases: ['community.crypto.openssl_certificate_info', 'community.general.openssl_certificate_info'],
  summary: 'Read a certificate.',
  description: 'Changes nothing, and needs nothing on the host. To verify a certificate, use `tls_certificate`.',
  looks: () => true,
  params,
  rules: { mutuallyExclusive: [['path', 'content']], requiredOneOf: [['path', 'content']] },
  prepare(task): Task {
    for (const [name, text] of Object.entries(task.valid_at ?? {})) {
      if (typeof text !== 'string')
        throw new ControllerError(`The value for valid_at.${name} must be of type string (got ${typeof text})`);
      momentOf(text, `valid_at.${name}`);
    }
    return task;
  },
  ask: ({ path }) => ({ file: path === undefined ? nothing() : tlsText(tidyPath(path)) }),
  plan({ file }, task, context): Plan {
    const text = task.content ?? file?.stdout ?? '';
    if (file !== undefined && file.code !== 0) return { failed: `Cannot read ${task.path}: ${file.stderr.trim()}` };
    if (text === '') return { failed: `${task.path ?? 'the content'} does not exist or is empty` };
    const certificate = readX509(text);
    if (certificate === undefined)
      return { failed: `${task.path ?? 'the content'} contains no certificate in PEM format` };
    return { changes: [], result: told(certificate, task, context) };
  },
  returns: {
    version: 'The version of the certificate.',
    serial_number: 'The serial number, as text if it has more than 15 digits.',
    subject: 'The subject, by type.',
    subject_ordered: 'The subject, as pairs of type and value.',
    issuer: 'The issuer, by type.',
    issuer_ordered: 'The issuer, as pairs of type and value.',
    not_before: 'The start of the validity, as in `20240601120000Z`.',
    not_after: 'The end of the validity.',
    expired: 'Whether the validity is over.',
    valid_at: 'Whether the certificate is valid at each of the given times.',
    signature_algorithm: 'How the certificate was signed.',
    fingerprints: "The certificate's checksums, by algorithm.",
    public_key: 'The public key, in PEM format.',
    public_key_type: 'The kind of key.',
    public_key_data: 'The numbers that the key consists of, as text if they have more than 15 digits.',
    public_key_fingerprints: "The public key's checksums, by algorithm.",
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
    ocsp_uri: 'Where to ask whether it is revoked.',
    issuer_uri: "Where the issuer's certificate is found.",
    extensions_by_oid: 'All extensions, with `critical` and, as base64, `value`.',
  },
  examples: [
    {
      title: 'Renew a certificate that is valid for less than a month',
      yaml: 'x509_certificate_info:\n  path: /etc/ssl/retrace-web.crt\n  valid_at:\n    in_a_month: +30d\nregister: certificate',
      runs: { no: 'needs a certificate' },
    },
    {
      title: 'Read a certificate that is in a variable',
      yaml: 'x509_certificate_info:\n  content: "{{ certificate_text }}"\nvars:\n  certificate_text: in PEM format',
      runs: { no: 'needs a certificate' },
    },
  ],
});

function told(one: X509, task: Task, { now }: TaskContext): TaskResult {
  const find = (id: string): Extension | undefined => one.extensions.find((each) => each.oid === id);
  const listed = (id: string) => {
    const found = find(id);
    return found === undefined ? null : extensionWords(found);
  };
  const authority = find(EXTENSION.authorityKeyIdentifier);
  const read = authority && readDer(authority.value);
  const { identifier, issuer = [], serial } = read === undefined ? {} : readAuthority(read);
  const staple = listed(EXTENSION.mustStaple);
  const kind = kindOf(one.publicKey);
  return {
    version: one.version,
    serial_number: plainInteger(one.serial),
    subject: nameDict(one.subject),
    subject_ordered: orderedName(one.subject),
    issuer: nameDict(one.issuer),
    issuer_ordered: orderedName(one.issuer),
    not_before: timeDigits(one.notBefore),
    not_after: timeDigits(one.notAfter),
    expired: one.notAfter < now,
    valid_at: Object.fromEntries(
      Object.entries(task.valid_at ?? {}).map(([name, text]) => {
        const at = momentOf(String(text), name).at(now);
        return [name, one.notBefore <= at && at <= one.notAfter];
      }),
    ),
    signature_algorithm: signatureOf(one),
    fingerprints: fingerprints(one.der),
    public_key: toPem('PUBLIC KEY', one.publicKey),
    public_key_type: kind?.type ?? 'unknown',
    public_key_data: numbersOf(one.publicKey),
    public_key_fingerprints: fingerprints(one.publicKey),
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
    ocsp_uri: accessTo(find(EXTENSION.authorityInfoAccess), '1.3.6.1.5.5.7.48.1'),
    issuer_uri: accessTo(find(EXTENSION.authorityInfoAccess), '1.3.6.1.5.5.7.48.2'),
    extensions_by_oid: Object.fromEntries(
      one.extensions.map(({ oid, critical, value }) => [
        oid,
        { critical, value: Buffer.from(value).toString('base64') },
      ]),
    ),
  };
}

const orderedName = (name: Name) => name.map(([type, value]) => [nameOfType(type), value]);

function signatureOf({ signed: { algorithm } }: X509): string {
  const id = algorithm && partsOf(algorithm)[0];
  return id === undefined ? '' : (digestOf(oidOf(id))?.name ?? oidOf(id));
}

/** The first URI at which something about the certificate is found. */
function accessTo(found: Extension | undefined, method: string): string | null {
  const all = found && readDer(found.value);
  for (const one of partsOf(all ?? { body: new Uint8Array() })) {
    const [id, place] = partsOf(one);
    const text = place && generalNameText(place);
    if (id !== undefined && oidOf(id) === method && text?.startsWith('URI:') === true) return text.slice(4);
  }
  return null;
}
