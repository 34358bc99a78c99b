import {
  type Change,
  ControllerError,
  content,
  defineTask,
  freshSalt,
  hash,
  nothing,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  shellAnswer,
  type TaskContext,
  tidyPath,
  withLacking,
} from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import {
  certificateInfo,
  foreseenCertificate,
  isForeseen,
  readX509,
  type ToCertify,
  type X509,
} from './shared/tls/certificate.ts';
import { der, isSameBytes, plainInteger, readDer, TAG, timeDigits } from './shared/tls/der.ts';
import { authorityIdentifier, differingExtensions, EXTENSION, type Extension } from './shared/tls/extensions.ts';
import { askKeyOf, keyParams, keySource, usableKey } from './shared/tls/key-params.ts';
import { isSameName, nameDer, nameText, readName } from './shared/tls/names.ts';
import { type KeySource, type PrivateKey, wrongSource } from './shared/tls/private-key.ts';
import { type CertificateRequest, isSigned, readRequest, textIn, tlsText } from './shared/tls/request.ts';
import { keyIdentifier } from './shared/tls/requested.ts';
import { signatureOid, signedPem } from './shared/tls/signing.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';
import { momentOf } from './shared/tls/validity.ts';

const identifiers = ['create_if_not_provided', 'always_create', 'never_create'] as const;

const params = {
  path: { type: 'path', required: true, doc: 'The file for the certificate.' },
  provider: {
    type: 'str',
    choices: ['selfsigned', 'ownca'],
    doc: 'Who signs it: its own key, or a CA whose key is on the host. For certificates of public CAs, use `certbot`.',
  },
  ...keyParams,
  csr_path: {
    type: 'path',
    doc: 'The file with the request (CSR), on the host. Without one, a self-signed certificate has no subject.',
  },
  csr_content: { type: 'str', doc: 'The request itself, instead of its file.' },
  ignore_timestamps: {
    type: 'bool',
    default: true,
    doc: 'Keep an existing certificate even if its validity is not the wanted one, or over. With `false` and relative times, it is generated anew every time.',
  },
  selfsigned_version: {
    type: 'int',
    default: 3,
    choices: [3],
    doc: 'The version of the certificate; there is only one.',
  },
  selfsigned_digest: { type: 'str', default: 'sha256', doc: 'The digest of a new signature.' },
  selfsigned_not_before: {
    type: 'str',
    default: '+0s',
    aliases: ['selfsigned_notBefore'],
    doc: 'The start of the validity: relative to now (`-1d`), or a time (`20300101120000Z`).',
  },
  selfsigned_not_after: {
    type: 'str',
    default: '+3650d',
    aliases: ['selfsigned_notAfter'],
    doc: 'The end of the validity.',
  },
  selfsigned_create_subject_key_identifier: {
    type: 'str',
    default: 'create_if_not_provided',
    choices: identifiers,
    doc: 'Whether to add an identifier of the key that is computed from it.',
  },
  ownca_path: { type: 'path', doc: 'The certificate of the CA, on the host.' },
  ownca_content: { type: 'str', doc: 'The certificate of the CA itself, instead of its file.' },
  ownca_privatekey_path: { type: 'path', doc: "The CA's private key, on the host." },
  ownca_privatekey_content: { type: 'str', secret: true, doc: "The CA's private key itself, instead of its file." },
  ownca_privatekey_passphrase: { type: 'str', secret: true, doc: "The passphrase of the CA's private key." },
  ownca_version: { type: 'int', default: 3, choices: [3], doc: 'The version of the certificate; there is only one.' },
  ownca_digest: { type: 'str', default: 'sha256', doc: 'The digest of a new signature.' },
  ownca_not_before: { type: 'str', default: '+0s', doc: 'The start of the validity, as for `selfsigned_not_before`.' },
  ownca_not_after: { type: 'str', default: '+3650d', doc: 'The end of the validity.' },
  ownca_create_subject_key_identifier: {
    type: 'str',
    default: 'create_if_not_provided',
    choices: identifiers,
    doc: 'Whether to add an identifier of the key that is computed from it.',
  },
  ownca_create_authority_key_identifier: {
    type: 'bool',
    default: true,
    doc: "Whether to add the identifier of the CA's key.",
  },
  return_content: { type: 'bool', default: false, doc: 'Return the certificate itself, as `certificate`.' },
  ...tlsFileParams,
  ...attributeParams,
} as const;

type Given = Params<typeof params>;

/** The parameters that both providers have, under one name, and a number that no other certificate has. */
interface Task extends Given {
  readonly salt: string;
  readonly digest: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly create_subject_key_identifier: (typeof identifiers)[number];
}

const isOwnCa = ({ provider }: Given): boolean => provider === 'ownca';

export default defineTask({
  name: 'community.crypto.x509_certificate',
  aliases: ['community.crypto.openssl_certificate', 'community.general.openssl_certificate'],
  summary: 'Generate a certificate, self-signed or signed by your own CA.',
  description:
    'Needs `openssl` on the host, which signs the certificate. An existing one is compared with the request, the key and the CA; its validity is not, unless `ignore_timestamps` is false.',
  params,
  rules: {
    mutuallyExclusive: [
      ['privatekey_path', 'privatekey_content'],
      ['csr_path', 'csr_content'],
      ['ownca_path', 'ownca_content'],
      ['ownca_privatekey_path', 'ownca_privatekey_content'],
    ],
    requiredIf: [
      { param: 'state', is: 'present', needs: ['provider'] },
      { param: 'provider', is: 'selfsigned', needs: ['privatekey_path', 'privatekey_content'], any: true },
      { param: 'provider', is: 'ownca', needs: ['csr_path', 'csr_content'], any: true },
      { param: 'provider', is: 'ownca', needs: ['ownca_path', 'ownca_content'], any: true },
      { param: 'provider', is: 'ownca', needs: ['ownca_privatekey_path', 'ownca_privatekey_content'], any: true },
    ],
  },
  prepare(given): Task {
    const own = isOwnCa(given);
    const task = {
      ...given,
      salt: freshSalt(),
      digest: own ? given.ownca_digest : given.selfsigned_digest,
      not_before: own ? given.ownca_not_before : given.selfsigned_not_before,
      not_after: own ? given.ownca_not_after : given.selfsigned_not_after,
      create_subject_key_identifier: own
        ? given.ownca_create_subject_key_identifier
        : given.selfsigned_create_subject_key_identifier,
    };
    momentOf(task.not_before, 'not_before');
    momentOf(task.not_after, 'not_after');
    for (const source of [keySource(task), caSource(task)]) {
      const wrong = wrongSource(source);
      if (wrong !== undefined) throw new ControllerError(wrong);
    }
    return task;
  },
  ask: (task) => {
    const present = task.state === 'present';
    return {
      ...askTlsFile(task),
      certificate: present ? tlsText(tidyPath(task.path)) : nothing(),
      key: present ? askKeyOf(keySource(task)) : nothing(),
      csr: present && task.csr_path !== undefined ? tlsText(tidyPath(task.csr_path)) : nothing(),
      ca: present && isOwnCa(task) && task.ownca_path !== undefined ? tlsText(tidyPath(task.ownca_path)) : nothing(),
      caKey: present && isOwnCa(task) ? askKeyOf(caSource(task)) : nothing(),
      text: present && task.return_content ? content(tidyPath(task.path)) : nothing(),
    };
  },
  plan(state, task, context): Plan {
    const question = tlsText(tidyPath(task.path));
    if (task.state === 'absent') return remove(state, task, 'certificate', [predicts(question, shellAnswer(''))]);
    const wrong = cannotWrite(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const parts = partsFor(state, task);
    if ('failed' in parts) return parts;
    const text = state.certificate?.stdout ?? '';
    const now = readX509(text);
    const wanted = wantedOf(parts, task, context);
    const differing = now === undefined ? [] : differences(now, wanted, parts, task);
    if (now !== undefined && differing.length === 0 && !task.force)
      return { changes: adjustAttributes(state, task), warnings: expiry(now, task, context) };
    const info = certificateInfo(wanted);
    const created = {
      what: 'certificate',
      from: text === '' ? null : thereAs(now),
      to: `${nameText(parts.subject) || 'without a subject'}, ${isOwnCa(task) ? `signed by ${nameText(readName(derOf(wanted.issuer)))}` : 'self-signed'}`,
    };
    return {
      changes: generate(state, task, {
        told: differing.length > 0 ? differing : [created],
        content: parts.isForeseen
          ? undefined
          : signedPem({ info, key: parts.signer, signature: parts.signature, label: 'CERTIFICATE' }),
        effects: [predicts(question, shellAnswer(foreseenCertificate(info)))],
        repeats: task.force || (!task.ignore_timestamps && isRelative(task)),
      }),
    };
  },
  result: ({ state, params: task, replies }) => {
    const certificate = readX509(state.certificate?.stdout ?? '');
    const result = {
      filename: task.path,
      ...(task.state === 'absent' ? {} : { privatekey: task.privatekey_path ?? null, csr: task.csr_path ?? null }),
      ...(isOwnCa(task) ? { ca_cert: task.ownca_path ?? null, ca_privatekey: task.ownca_privatekey_path ?? null } : {}),
      ...(state.text === undefined ? {} : { certificate: textIn(state.text) }),
      ...backupFile(replies, task.backup),
    };
    if (certificate === undefined) return result;
    if (isForeseen(certificate)) return withLacking(result, ['notBefore', 'notAfter', 'serial_number']);
    return {
      ...result,
      notBefore: timeDigits(certificate.notBefore),
      notAfter: timeDigits(certificate.notAfter),
      serial_number: plainInteger(certificate.serial),
    };
  },
  returns: {
    filename: 'The file.',
    privatekey: 'The file with the private key.',
    csr: 'The file with the request.',
    ca_cert: 'The file with the certificate of the CA.',
    ca_privatekey: "The file with the CA's private key.",
    notBefore: 'The start of the validity, as in `20240601120000Z`.',
    notAfter: 'The end of the validity.',
    serial_number: 'The serial number, as text if it has more than 15 digits.',
    certificate: 'The certificate, if `return_content` is set.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Generate a self-signed certificate',
      yaml: 'x509_certificate:\n  path: /etc/ssl/retrace-web.crt\n  privatekey_path: /etc/ssl/private/retrace-web.pem\n  csr_path: /etc/ssl/retrace-web.csr\n  provider: selfsigned\n  selfsigned_not_after: +365d',
      runs: { no: 'needs a private key and a request' },
    },
    {
      title: 'Generate a certificate that your own CA signs',
      yaml: 'x509_certificate:\n  path: /etc/ssl/retrace-web.crt\n  csr_path: /etc/ssl/retrace-web.csr\n  provider: ownca\n  ownca_path: /etc/ssl/retrace-ca.crt\n  ownca_privatekey_path: /etc/ssl/private/retrace-ca.pem\n  ownca_privatekey_passphrase: "{{ ca_passphrase }}"\nvars:\n  ca_passphrase: not-a-good-one',
      runs: { no: 'needs a CA' },
    },
  ],
});

const caSource = (task: Given): KeySource =>
  keySource({
    privatekey_path: task.ownca_privatekey_path,
    privatekey_content: task.ownca_privatekey_content,
    privatekey_passphrase: task.ownca_privatekey_passphrase,
  });

const isRelative = ({ not_before, not_after }: Task): boolean =>
  momentOf(not_before, 'not_before').relative || momentOf(not_after, 'not_after').relative;

/** DER that we encoded or read ourselves. */
const derOf = (raw: Uint8Array) => readDer(raw) ?? { tag: 0, body: new Uint8Array(), raw };

interface Answers {
  readonly key: ShellAnswer | undefined;
  readonly csr: ShellAnswer | undefined;
  readonly ca: ShellAnswer | undefined;
  readonly caKey: ShellAnswer | undefined;
}

/** Everything that goes into the certificate. */
interface Ingredients {
  readonly subject: CertificateRequest['subject'];
  readonly rawSubject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly requested: readonly Extension[];
  readonly ca: X509 | undefined;
  readonly signer: KeySource;
  readonly signerKey: Uint8Array;
  readonly signature: string;
  /** In a check: some key is only foreseen. */
  readonly isForeseen: boolean;
}

type Usable = PrivateKey & { readonly publicKey: Uint8Array };

function partsFor(state: Answers, task: Task): Ingredients | { readonly failed: string } {
  const own = state.key === undefined ? undefined : usableKey(state.key, keySource(task));
  if (own !== undefined && 'failed' in own) return own;
  const csrText = task.csr_content ?? state.csr?.stdout;
  const request = csrText === undefined ? undefined : readRequest(csrText);
  const csr = `certificate signing request${task.csr_path === undefined ? '' : ` ${task.csr_path}`}`;
  if (csrText !== undefined && request === undefined)
    return { failed: csrText === '' ? `The ${csr} does not exist` : `Unable to read the ${csr}` };
  if (request?.isSigned === false) return { failed: `The signature of the ${csr} is wrong` };
  const publicKey = request?.publicKey ?? own?.key.publicKey;
  if (publicKey === undefined) return { failed: 'neither a request nor a private key is given' };
  if (own !== undefined && !isSameBytes(publicKey, own.key.publicKey))
    return { failed: `The private key does not belong to the ${csr}` };
  const signing = isOwnCa(task) ? caOf(state, task) : own && { key: own.key, ca: undefined, source: keySource(task) };
  if (signing === undefined) return { failed: 'no private key is given' };
  if ('failed' in signing) return signing;
  const signature = signing.key.kind && signatureOid(signing.key.kind.type, task.digest);
  if (signature === undefined)
    return {
      failed: `a ${signing.key.kind?.type ?? 'key of this kind'} key cannot sign with the digest "${task.digest}"`,
    };
  return {
    subject: request?.subject ?? [],
    rawSubject: request?.rawSubject ?? nameDer([]),
    publicKey,
    requested: request?.extensions ?? [],
    ca: signing.ca,
    signer: signing.source,
    signerKey: signing.key.publicKey,
    signature,
    isForeseen:
      signing.key.foreseen === true ||
      own?.key.foreseen === true ||
      (signing.ca !== undefined && isForeseen(signing.ca)),
  };
}

function caOf(
  state: Answers,
  task: Task,
): { readonly key: Usable; readonly ca: X509; readonly source: KeySource } | { readonly failed: string } {
  const text = task.ownca_content ?? state.ca?.stdout ?? '';
  const shown = `CA certificate${task.ownca_path === undefined ? '' : ` ${task.ownca_path}`}`;
  const ca = readX509(text);
  if (ca === undefined) return { failed: text === '' ? `The ${shown} does not exist` : `Unable to read the ${shown}` };
  const source = caSource(task);
  if (state.caKey === undefined) return { failed: 'no CA private key is given' };
  const usable = usableKey(state.caKey, source, 'CA private key');
  if ('failed' in usable) return usable;
  if (!isSameBytes(ca.publicKey, usable.key.publicKey))
    return { failed: `The CA private key does not belong to the ${shown}` };
  return { key: usable.key, ca, source };
}

const thereAs = (now: X509 | undefined): string => (now === undefined ? 'unreadable' : 'present');

function wantedOf(parts: Ingredients, task: Task, { now }: TaskContext): ToCertify {
  const digits = hash('sha1', task.salt);
  return {
    // It must be positive.
    serial: (BigInt(`0x${digits}`) >> 1n) | 1n,
    signature: parts.signature,
    issuer: parts.ca?.rawSubject ?? parts.rawSubject,
    subject: parts.rawSubject,
    notBefore: momentOf(task.not_before, 'not_before').at(now),
    notAfter: momentOf(task.not_after, 'not_after').at(now),
    publicKey: parts.publicKey,
    extensions: wantedExtensions(parts, task),
  };
}

/** Those of the request, and the identifiers of the keys. */
function wantedExtensions({ requested, publicKey, ca }: Ingredients, task: Task): readonly Extension[] {
  const { create_subject_key_identifier: create } = task;
  const has = requested.some((one) => one.oid === EXTENSION.subjectKeyIdentifier);
  const ownIdentifier = create === 'always_create' || (create === 'create_if_not_provided' && !has);
  const ofCa = ca !== undefined && task.ownca_create_authority_key_identifier;
  const replaced = [
    ...(ownIdentifier ? [EXTENSION.subjectKeyIdentifier] : []),
    ...(ofCa ? [EXTENSION.authorityKeyIdentifier] : []),
  ] as readonly string[];
  return [
    ...requested.filter((one) => !replaced.includes(one.oid)),
    ...(ownIdentifier ? [extension(EXTENSION.subjectKeyIdentifier, der(TAG.octets, keyIdentifier(publicKey)))] : []),
    ...(ofCa ? [extension(EXTENSION.authorityKeyIdentifier, authorityIdentifier(identifierOf(ca)))] : []),
  ];
}

const extension = (oid: string, value: Uint8Array): Extension => ({ oid, critical: false, value });

/** The identifier of a CA's key, as its certificate gives it. */
function identifierOf(ca: X509): Uint8Array {
  const given = ca.extensions.find((one) => one.oid === EXTENSION.subjectKeyIdentifier);
  return (given && readDer(given.value)?.body) ?? keyIdentifier(ca.publicKey);
}

function differences(
  now: X509,
  wanted: ToCertify,
  parts: Ingredients,
  task: Task,
): readonly Pick<Change, 'what' | 'from' | 'to'>[] {
  const issuer = readName(derOf(wanted.issuer));
  const kinds = [...new Set([...now.extensions, ...wanted.extensions].map((one) => one.oid))];
  const told = (what: string, differs: boolean, from: string, to: string) => (differs ? [{ what, from, to }] : []);
  const times = !task.ignore_timestamps;
  const isOther = (one: Date, other: Date) => times && one.getTime() !== other.getTime();
  return [
    ...told('key of the certificate', !isSameBytes(now.publicKey, wanted.publicKey), 'another key', 'the given key'),
    ...told('subject', !isSameName(now.subject, parts.subject, true), nameText(now.subject), nameText(parts.subject)),
    ...told('issuer', !isSameName(now.issuer, issuer, true), nameText(now.issuer), nameText(issuer)),
    ...told(
      'signature',
      !isSigned(now.signed, parts.signerKey),
      'by another key',
      isOwnCa(task) ? 'by the CA' : 'by its own key',
    ),
    ...differingExtensions(now.extensions, wanted.extensions, kinds),
    ...told('not before', isOther(now.notBefore, wanted.notBefore), timeDigits(now.notBefore), task.not_before),
    ...told('not after', isOther(now.notAfter, wanted.notAfter), timeDigits(now.notAfter), task.not_after),
  ];
}

/** Nobody should take an expired certificate for a good one. */
const expiry = ({ notAfter }: X509, { path }: Task, { now }: TaskContext): readonly string[] =>
  notAfter <= now ? [`the certificate ${path} expired at ${notAfter.toISOString()}; \`force: true\` replaces it`] : [];
