import { defineTask, type Params, type Plan, withLacking } from '../src/sdk.ts';
import { printChanges, printedText } from './shared/tls/pipe.ts';
import {
  askIngredients,
  certificateConflicts,
  certificateNeeds,
  certificateParams,
  prepareCertificate,
  wantedCertificate,
} from './shared/tls/wanted-certificate.ts';

const params = {
  content: { type: 'str', doc: 'The existing certificate, in PEM format. Without it, a new one is made.' },
  ...certificateParams,
  provider: { ...certificateParams.provider, required: true },
  force: { type: 'bool', default: false, doc: 'Generate it anew every time.' },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: "the host's openssl is always used",
  },
} as const;

export default defineTask({
  name: 'community.crypto.x509_certificate_pipe',
  summary: 'Generate a certificate, self-signed or signed by your own CA, without a file.',
  description:
    'Needs `openssl` on the host, which signs the certificate. The task returns the certificate; `content` says which one there is already. Nothing is kept on the host.',
  params,
  rules: { mutuallyExclusive: certificateConflicts, requiredIf: certificateNeeds },
  prepare: (given: Params<typeof params>) => prepareCertificate(given),
  ask: (task) => askIngredients(task),
  plan(state, task, context): Plan {
    const wanted = wantedCertificate(task, state, task.content ?? '', context);
    if ('failed' in wanted) return wanted;
    const { differing, anew } = wanted;
    const told = differing.length === 0 && task.force ? [anew] : differing;
    return { changes: printChanges(told, wanted.content) };
  },
  result({ params: task, changes, replies }) {
    const certificate = changes.length === 0 ? (task.content ?? '') : printedText(replies);
    return certificate === undefined ? withLacking({}, ['certificate']) : { certificate };
  },
  returns: { certificate: 'The certificate.' },
  examples: [
    {
      title: 'Let a CA on another host sign a request',
      yaml: 'x509_certificate_pipe:\n  provider: ownca\n  csr_content: "{{ csr.csr }}"\n  ownca_path: /etc/ssl/retrace-ca.crt\n  ownca_privatekey_path: /etc/ssl/private/retrace-ca.pem\ndelegate_to: ca.example.org\nvars:\n  csr: {csr: a request}',
      runs: { no: 'needs a CA' },
    },
  ],
});
