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
import { EXTENSION } from './shared/tls/extensions.ts';
import { generalNameText, nameDict } from './shared/tls/names.ts';
import { fingerprints } from './shared/tls/public-key.ts';
import { tlsText } from './shared/tls/request.ts';
import { digestOf } from './shared/tls/signing.ts';
import { orderedName, toldExtensions, toldExtensionsReturns, toldKey, toldKeyReturns } from './shared/tls/told.ts';
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
    ...toldKeyReturns,
    ...toldExtensionsReturns,
    ocsp_uri: 'Where to ask whether it is revoked.',
    issuer_uri: "Where the issuer's certificate is found.",
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
    ...toldKey(one.publicKey),
    ...toldExtensions(one.extensions),
    ocsp_uri: accessTo(one, '1.3.6.1.5.5.7.48.1'),
    issuer_uri: accessTo(one, '1.3.6.1.5.5.7.48.2'),
  };
}

function signatureOf({ signed: { algorithm } }: X509): string {
  const id = algorithm && partsOf(algorithm)[0];
  return id === undefined ? '' : (digestOf(oidOf(id))?.name ?? oidOf(id));
}

/** The first URI at which something about the certificate is found. */
function accessTo({ extensions }: X509, method: string): string | null {
  const found = extensions.find(({ oid }) => oid === EXTENSION.authorityInfoAccess);
  const all = found && readDer(found.value);
  for (const one of partsOf(all ?? { body: new Uint8Array() })) {
    const [id, place] = partsOf(one);
    const text = place && generalNameText(place);
    if (id !== undefined && oidOf(id) === method && text?.startsWith('URI:') === true) return text.slice(4);
  }
  return null;
}
