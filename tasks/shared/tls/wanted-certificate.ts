import {
  type Change,
  ControllerError,
  freshSalt,
  hash,
  nothing,
  type Params,
  type ShellAnswer,
  type TaskContext,
  tidyPath,
} from '../../../src/sdk.ts';
import { certificateInfo, isForeseen, readX509, type ToCertify, type X509 } from './certificate.ts';
import { der, isSameBytes, readDer, TAG, timeDigits } from './der.ts';
import { authorityIdentifier, differingExtensions, EXTENSION, type Extension } from './extensions.ts';
import { askKeyOf, keyParams, keySource, usableKey } from './key-params.ts';
import { isSameName, nameDer, nameText, readName } from './names.ts';
import { type KeySource, type PrivateKey, wrongSource } from './private-key.ts';
import { type CertificateRequest, isSigned, readRequest, tlsText } from './request.ts';
import { keyIdentifier } from './requested.ts';
import { signatureOid, signedPem } from './signing.ts';
import { momentOf } from './validity.ts';

const identifiers = ['create_if_not_provided', 'always_create', 'never_create'] as const;

/** The parameters of the types that make a certificate. */
export const certificateParams = {
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
} as const;

type Given = Params<typeof certificateParams>;

/** The parameters that both providers have, under one name, and a number that no other certificate has. */
interface Prepared {
  readonly salt: string;
  readonly digest: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly create_subject_key_identifier: (typeof identifiers)[number];
}

type Task = Given & Prepared;

/** Whether a CA signs the certificate. */
export const isOwnCa = ({ provider }: Pick<Given, 'provider'>): boolean => provider === 'ownca';

/** Parameters of which only one may be given. */
export const certificateConflicts = [
  ['privatekey_path', 'privatekey_content'],
  ['csr_path', 'csr_content'],
  ['ownca_path', 'ownca_content'],
  ['ownca_privatekey_path', 'ownca_privatekey_content'],
] as const;

/** What each provider needs. */
export const certificateNeeds = [
  { param: 'provider', is: 'selfsigned', needs: ['privatekey_path', 'privatekey_content'], any: true },
  { param: 'provider', is: 'ownca', needs: ['csr_path', 'csr_content'], any: true },
  { param: 'provider', is: 'ownca', needs: ['ownca_path', 'ownca_content'], any: true },
  { param: 'provider', is: 'ownca', needs: ['ownca_privatekey_path', 'ownca_privatekey_content'], any: true },
] as const;

/** The task with what both providers have under one name; throws a `ControllerError` if its times or passphrases are not usable. */
export function prepareCertificate<T extends Given>(given: T): T & Prepared {
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
}

/** Asks for what goes into a certificate. */
export const askIngredients = (task: Task) => ({
  key: askKeyOf(keySource(task)),
  csr: task.csr_path === undefined ? nothing() : tlsText(tidyPath(task.csr_path)),
  ca: isOwnCa(task) && task.ownca_path !== undefined ? tlsText(tidyPath(task.ownca_path)) : nothing(),
  caKey: isOwnCa(task) ? askKeyOf(caSource(task)) : nothing(),
});

/** A certificate that is wanted, and how the existing one differs from it. */
interface WantedCertificate {
  readonly now: X509 | undefined;
  readonly differing: readonly Pick<Change, 'what' | 'from' | 'to'>[];
  /** How a certificate is reported that is made anew. */
  readonly anew: Pick<Change, 'what' | 'from' | 'to'>;
  /** In DER. */
  readonly info: Uint8Array;
  /** Prints it; undefined in a check if a key is only foreseen. */
  readonly content: ReturnType<typeof signedPem> | undefined;
  /** Whether another one would be wanted a moment later. */
  readonly isMomentary: boolean;
}

/** What is to be certified, and how the existing certificate, in PEM, differs; or why it cannot be made. */
export function wantedCertificate(
  task: Task,
  answers: Answers,
  existing: string,
  context: TaskContext,
): WantedCertificate | { readonly failed: string } {
  const parts = partsFor(answers, task);
  if ('failed' in parts) return parts;
  const now = readX509(existing);
  const wanted = wantedOf(parts, task, context);
  const info = certificateInfo(wanted);
  const anew = {
    what: 'certificate',
    from: existing === '' ? null : thereAs(now),
    to: `${nameText(parts.subject) || 'without a subject'}, ${isOwnCa(task) ? `signed by ${nameText(readName(derOf(wanted.issuer)))}` : 'self-signed'}`,
  };
  return {
    now,
    differing: now === undefined ? [anew] : differences(now, wanted, parts, task),
    anew,
    info,
    content: parts.isForeseen
      ? undefined
      : signedPem({ info, key: parts.signer, signature: parts.signature, label: 'CERTIFICATE' }),
    isMomentary: !task.ignore_timestamps && isRelative(task),
  };
}

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

/** What the host told of the parts. */
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
