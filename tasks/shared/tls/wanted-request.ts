import type { Change, Params, ShellAnswer } from '../../../src/sdk.ts';
import { ControllerError } from '../../../src/sdk.ts';
import { isSameBytes } from './der.ts';
import { differingExtensions, EXTENSION, extensionWords } from './extensions.ts';
import { keyParams, keySource, usableKey } from './key-params.ts';
import { isSameName, nameOfType, nameText } from './names.ts';
import { type KeySource, type PrivateKey, wrongSource } from './private-key.ts';
import { type CertificateRequest, readRequest, requestInfo } from './request.ts';
import { requestParams, wantedExtensions, wantedSubject } from './requested.ts';
import { signatureOid, signedPem } from './signing.ts';

/** The parameters of the types that request a certificate. */
export const csrParams = {
  ...keyParams,
  digest: {
    type: 'str',
    default: 'sha256',
    doc: 'The digest of the signature. It is used for a new request; an existing one with another digest is kept.',
  },
  version: { type: 'int', default: 1, choices: [1], doc: 'The version of the request; there is only one.' },
  ...requestParams,
} as const;

type Task = Params<typeof csrParams>;

/** Refuses parameters that contradict each other or cannot be read; throws a `ControllerError`. */
export function checkRequest(task: Task): void {
  if (task.create_subject_key_identifier && task.subject_key_identifier !== undefined)
    throw new ControllerError('subject_key_identifier cannot be given with create_subject_key_identifier: true');
  wantedSubject(task);
  wantedExtensions(task, new Uint8Array());
}

/** A request that is wanted, and how the existing one differs from it. */
interface WantedRequest {
  readonly differing: readonly Pick<Change, 'what' | 'from' | 'to'>[];
  /** How a request is reported that is made anew. */
  readonly anew: Pick<Change, 'what' | 'from' | 'to'>;
  /** In DER. */
  readonly info: Uint8Array;
  /** Prints it; undefined in a check if the key is only foreseen. */
  readonly content: ReturnType<typeof signedPem> | undefined;
}

/** What is to be requested with the key that the host told, and how the existing request, in PEM, differs; or why it cannot be made. */
export function wantedRequest(
  task: Task,
  answer: ShellAnswer | undefined,
  existing: string,
): WantedRequest | { readonly failed: string } {
  const source: KeySource = keySource(task);
  const wrong = wrongSource(source);
  if (wrong !== undefined || answer === undefined) return { failed: wrong ?? 'no private key is given' };
  const usable = usableKey(answer, source);
  if ('failed' in usable) return usable;
  const { key } = usable;
  const signature = key.kind && signatureOid(key.kind.type, task.digest);
  if (signature === undefined)
    return { failed: `a ${key.kind?.type ?? 'key of this kind'} key cannot sign with the digest "${task.digest}"` };
  const now = readRequest(existing);
  const info = requestInfo(wantedSubject(task).subject, key.publicKey, wantedExtensions(task, key.publicKey));
  const isThere = existing !== '';
  return {
    differing: now === undefined ? [created(task, isThere)] : differences(now, task, key),
    anew: { ...created(task, isThere), from: 'present' },
    info,
    content:
      key.foreseen === true ? undefined : signedPem({ info, key: source, signature, label: 'CERTIFICATE REQUEST' }),
  };
}

/** What is returned of a request. */
export function toldRequest(task: Task) {
  const extensions = wantedExtensions(task, new Uint8Array());
  const words = (id: string) => extensions.filter((one) => one.oid === id).flatMap(extensionWords);
  return {
    privatekey: task.privatekey_path ?? null,
    subject: wantedSubject(task).subject.map(([type, value]) => [nameOfType(type), value]),
    subjectAltName: words(EXTENSION.subjectAltName),
    keyUsage: task.key_usage ?? null,
    extendedKeyUsage: task.extended_key_usage ?? null,
    basicConstraints: task.basic_constraints ?? null,
    ocspMustStaple: task.ocsp_must_staple,
    name_constraints_permitted: task.name_constraints_permitted ?? [],
    name_constraints_excluded: task.name_constraints_excluded ?? [],
  };
}

/** The documentation of what is returned. */
export const requestReturns = {
  privatekey: 'The file with the private key.',
  subject: 'The subject, as pairs of type and value.',
  subjectAltName: 'The names that the certificate is to be valid for.',
  keyUsage: 'What the key may be used for.',
  extendedKeyUsage: 'The purposes of the certificate.',
  basicConstraints: 'Whether the certificate may sign others.',
  ocspMustStaple: 'Whether servers must present a proof that the certificate is not revoked.',
  name_constraints_permitted: 'The names that a CA may sign for.',
  name_constraints_excluded: 'The names that a CA must not sign for.',
} as const;

const created = (task: Task, there: boolean): Pick<Change, 'what' | 'from' | 'to'> => ({
  what: 'certificate request',
  from: there ? 'unreadable' : null,
  to: nameText(wantedSubject(task).subject) || 'without a subject',
});

/** The extensions that can be requested; others in an existing request are left alone. */
const MANAGED: readonly string[] = Object.values(EXTENSION).filter((id) => id !== EXTENSION.authorityInfoAccess);

function differences(
  now: CertificateRequest,
  task: Task,
  key: PrivateKey & { readonly publicKey: Uint8Array },
): readonly Pick<Change, 'what' | 'from' | 'to'>[] {
  const { subject, ordered } = wantedSubject(task);
  const wanted = wantedExtensions(task, key.publicKey);
  const isOtherKey = !isSameBytes(now.publicKey, key.publicKey);
  return [
    ...(isOtherKey
      ? [{ what: 'key of the request', from: 'another key', to: task.privatekey_path ?? 'the given key' }]
      : []),
    ...(now.isSigned ? [] : [{ what: 'signature of the request', from: 'wrong', to: 'right' }]),
    ...(isSameName(now.subject, subject, ordered)
      ? []
      : [{ what: 'subject', from: nameText(now.subject), to: nameText(subject) }]),
    ...differingExtensions(now.extensions, wanted, MANAGED),
  ];
}
