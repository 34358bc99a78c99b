import { defineTask, nothing, type Params, type Plan, type TaskResult, tidyPath } from '../src/sdk.ts';
import { EXTENSION, extensionWords } from './shared/tls/extensions.ts';
import { type CertificateRequest, readRequest, tlsText } from './shared/tls/request.ts';
import { toldExtensions, toldExtensionsReturns, toldKey, toldKeyReturns, toldSubject } from './shared/tls/told.ts';

const params = {
  path: { type: 'path', doc: 'The file with the request, on the host.' },
  content: { type: 'str', doc: 'The request itself, instead of its file.' },
  name_encoding: {
    type: 'str',
    default: 'ignore',
    choices: ['ignore', 'idna', 'unicode'],
    ignored: 'names are returned as they are in the request',
  },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: 'the controller reads the request',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_csr_info',
  summary: 'Read a certificate signing request.',
  description:
    'Changes nothing, and needs nothing on the host. It fails if the request was not signed with its own key.',
  looks: () => true,
  params,
  rules: { mutuallyExclusive: [['path', 'content']], requiredOneOf: [['path', 'content']] },
  ask: ({ path }) => ({ file: path === undefined ? nothing() : tlsText(tidyPath(path)) }),
  plan({ file }, task): Plan {
    const text = task.content ?? file?.stdout ?? '';
    if (file !== undefined && file.code !== 0) return { failed: `Cannot read ${task.path}: ${file.stderr.trim()}` };
    if (text === '') return { failed: `${whereOf(task)} does not exist or is empty` };
    const request = readRequest(text);
    if (request === undefined)
      return { failed: `${whereOf(task)} contains no certificate signing request in PEM format` };
    const result = told(request);
    return request.isSigned ? { changes: [], result } : { failed: 'CSR signature is invalid!', result };
  },
  returns: {
    signature_valid: 'Whether the request was signed with its own key; the task fails otherwise.',
    subject: 'The subject, by type.',
    subject_ordered: 'The subject, as pairs of type and value.',
    ...toldKeyReturns,
    ...toldExtensionsReturns,
    name_constraints_permitted: 'The names that the certificate may sign others for.',
    name_constraints_excluded: 'The names that it may not sign others for.',
    name_constraints_critical: 'Whether clients must understand that.',
  },
  examples: [
    {
      title: 'Read a request',
      yaml: 'openssl_csr_info:\n  path: /etc/ssl/retrace-web.csr\nregister: request',
      runs: { no: 'needs a request' },
    },
    {
      title: 'Read a request that is in a variable',
      yaml: 'community.crypto.openssl_csr_info:\n  content: "{{ request_text }}"\nvars:\n  request_text: in PEM format',
      runs: { no: 'needs a request' },
    },
  ],
});

const whereOf = ({ path }: Task): string => path ?? 'the content';

function told({ subject, publicKey, extensions, isSigned }: CertificateRequest): TaskResult {
  const constraints = extensions.find(({ oid }) => oid === EXTENSION.nameConstraints);
  const words = constraints === undefined ? [] : extensionWords(constraints);
  const names = (kind: string) => {
    const found = words.flatMap((word) => (word.startsWith(`${kind} `) ? [word.slice(kind.length + 1)] : []));
    return found.length === 0 ? null : found;
  };
  return {
    signature_valid: isSigned,
    ...toldSubject(subject),
    ...toldKey(publicKey),
    ...toldExtensions(extensions),
    name_constraints_permitted: names('permitted'),
    name_constraints_excluded: names('excluded'),
    name_constraints_critical: constraints?.critical ?? false,
  };
}
