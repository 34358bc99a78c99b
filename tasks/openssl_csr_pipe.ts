import { defineTask, type Params, type Plan, withLacking } from '../src/sdk.ts';
import { askKeyOf, keySource } from './shared/tls/key-params.ts';
import { printChanges, printedText } from './shared/tls/pipe.ts';
import { checkRequest, csrParams, requestReturns, toldRequest, wantedRequest } from './shared/tls/wanted-request.ts';

const params = {
  content: { type: 'str', doc: 'The existing request, in PEM format. Without it, a new one is made.' },
  ...csrParams,
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: "the host's openssl is always used",
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_csr_pipe',
  summary: 'Generate a request for a certificate, without a file.',
  description:
    'Needs `openssl` on the host, which signs the request. The task returns the request; `content` says which one there is already. Nothing is kept on the host.',
  params,
  rules: {
    mutuallyExclusive: [['privatekey_path', 'privatekey_content']],
    requiredOneOf: [['privatekey_path', 'privatekey_content']],
    requiredTogether: [['authority_cert_issuer', 'authority_cert_serial_number']],
  },
  prepare(task): Task {
    checkRequest(task);
    return task;
  },
  ask: (task) => ({ key: askKeyOf(keySource(task)) }),
  plan({ key }, task): Plan {
    const wanted = wantedRequest(task, key, task.content ?? '');
    if ('failed' in wanted) return wanted;
    return { changes: printChanges(wanted.differing, wanted.content) };
  },
  result({ params: task, changes, replies }) {
    const told = toldRequest(task);
    const csr = changes.length === 0 ? (task.content ?? '') : printedText(replies);
    return csr === undefined ? withLacking(told, ['csr']) : { ...told, csr };
  },
  returns: { csr: 'The request.', ...requestReturns },
  examples: [
    {
      title: 'Request a certificate whose request is kept in a variable',
      yaml: 'openssl_csr_pipe:\n  privatekey_path: /etc/ssl/private/retrace-web.pem\n  common_name: www.example.org\nregister: csr',
      runs: { no: 'needs a private key' },
    },
  ],
});
