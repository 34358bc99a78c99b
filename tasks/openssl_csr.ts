import {
  type Change,
  ControllerError,
  content,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  shellAnswer,
  tidyPath,
} from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { isSameBytes } from './shared/tls/der.ts';
import { differingExtensions, EXTENSION, extensionWords } from './shared/tls/extensions.ts';
import { askKeyOf, keyParams, keySource, usableKey } from './shared/tls/key-params.ts';
import { isSameName, nameOfType, nameText } from './shared/tls/names.ts';
import { type PrivateKey, wrongSource } from './shared/tls/private-key.ts';
import {
  type CertificateRequest,
  foreseenRequest,
  readRequest,
  requestInfo,
  textIn,
  tlsText,
} from './shared/tls/request.ts';
import { requestParams, wantedExtensions, wantedSubject } from './shared/tls/requested.ts';
import { signatureOid, signedPem } from './shared/tls/signing.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file for the request.' },
  ...keyParams,
  digest: {
    type: 'str',
    default: 'sha256',
    doc: 'The digest of the signature. It is used for a new request; an existing one with another digest is kept.',
  },
  version: { type: 'int', default: 1, choices: [1], doc: 'The version of the request; there is only one.' },
  ...requestParams,
  return_content: { type: 'bool', default: false, doc: 'Return the request itself, as `csr`.' },
  ...tlsFileParams,
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_csr',
  summary: 'Generate a request for a certificate.',
  description:
    'Needs `openssl` on the host, which signs the request. An existing request is compared with what is wanted: its key, subject and extensions.',
  params,
  rules: {
    mutuallyExclusive: [['privatekey_path', 'privatekey_content']],
    requiredTogether: [['authority_cert_issuer', 'authority_cert_serial_number']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['privatekey_path', 'privatekey_content'], any: true }],
  },
  prepare(task): Task {
    if (task.create_subject_key_identifier && task.subject_key_identifier !== undefined)
      throw new ControllerError('subject_key_identifier cannot be given with create_subject_key_identifier: true');
    wantedSubject(task);
    wantedExtensions(task, new Uint8Array());
    return task;
  },
  ask: (task) => ({
    ...askTlsFile(task),
    key: task.state === 'present' ? askKeyOf(keySource(task)) : nothing(),
    csr: task.state === 'present' ? tlsText(tidyPath(task.path)) : nothing(),
    text: task.state === 'present' && task.return_content ? content(tidyPath(task.path)) : nothing(),
  }),
  plan(state, task): Plan {
    if (task.state === 'absent')
      return remove(state, task, 'certificate request', [predicts(tlsText(tidyPath(task.path)), shellAnswer(''))]);
    const source = keySource(task);
    const wrong = wrongSource(source) ?? cannotWrite(state, task);
    if (wrong !== undefined || state.key === undefined) return { failed: wrong ?? 'no private key is given' };
    const usable = usableKey(state.key, source);
    if ('failed' in usable) return usable;
    const { key } = usable;
    const signature = key.kind && signatureOid(key.kind.type, task.digest);
    if (signature === undefined)
      return { failed: `a ${key.kind?.type ?? 'key of this kind'} key cannot sign with the digest "${task.digest}"` };
    const now = readRequest(state.csr?.stdout ?? '');
    const there = (state.csr?.stdout ?? '') !== '';
    const differing = now === undefined ? [created(task, there)] : differences(now, task, key);
    if (differing.length === 0 && !task.force) return { changes: adjustAttributes(state, task) };
    const info = requestInfo(wantedSubject(task).subject, key.publicKey, wantedExtensions(task, key.publicKey));
    return {
      changes: generate(state, task, {
        told: differing.length > 0 ? differing : [{ ...created(task, there), from: 'present' }],
        content:
          key.foreseen === true ? undefined : signedPem({ info, key: source, signature, label: 'CERTIFICATE REQUEST' }),
        effects: [predicts(tlsText(tidyPath(task.path)), shellAnswer(foreseenRequest(info)))],
        repeats: task.force,
      }),
    };
  },
  result: ({ state, params: task, replies }) => {
    if (task.state === 'absent') return { filename: task.path, ...backupFile(replies, task.backup) };
    const extensions = wantedExtensions(task, new Uint8Array());
    const words = (id: string) => extensions.filter((one) => one.oid === id).flatMap(extensionWords);
    return {
      filename: task.path,
      privatekey: task.privatekey_path ?? null,
      subject: wantedSubject(task).subject.map(([type, value]) => [nameOfType(type), value]),
      subjectAltName: words(EXTENSION.subjectAltName),
      keyUsage: task.key_usage ?? null,
      extendedKeyUsage: task.extended_key_usage ?? null,
      basicConstraints: task.basic_constraints ?? null,
      ocspMustStaple: task.ocsp_must_staple,
      name_constraints_permitted: task.name_constraints_permitted ?? [],
      name_constraints_excluded: task.name_constraints_excluded ?? [],
      ...(state.text === undefined ? {} : { csr: textIn(state.text) }),
      ...backupFile(replies, task.backup),
    };
  },
  returns: {
    filename: 'The file.',
    privatekey: 'The file with the private key.',
    subject: 'The subject, as pairs of type and value.',
    subjectAltName: 'The names that the certificate is to be valid for.',
    keyUsage: 'What the key may be used for.',
    extendedKeyUsage: 'The purposes of the certificate.',
    basicConstraints: 'Whether the certificate may sign others.',
    ocspMustStaple: 'Whether servers must present a proof that the certificate is not revoked.',
    name_constraints_permitted: 'The names that a CA may sign for.',
    name_constraints_excluded: 'The names that a CA must not sign for.',
    csr: 'The request, if `return_content` is set.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Request a certificate for two names',
      yaml: 'openssl_csr:\n  path: /etc/ssl/retrace-web.csr\n  privatekey_path: /etc/ssl/private/retrace-web.pem\n  organization_name: Example\n  common_name: www.example.org\n  subject_alt_name: [DNS:www.example.org, DNS:example.org]',
      runs: { no: 'needs a private key' },
    },
    {
      title: 'Request a certificate for a CA',
      yaml: "openssl_csr:\n  path: /etc/ssl/retrace-ca.csr\n  privatekey_path: /etc/ssl/private/retrace-ca.pem\n  common_name: Example CA\n  use_common_name_for_san: false\n  basic_constraints: ['CA:TRUE', 'pathlen:0']\n  basic_constraints_critical: true\n  key_usage: [keyCertSign, cRLSign]\n  key_usage_critical: true",
      runs: { no: 'needs a private key' },
    },
  ],
});

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
