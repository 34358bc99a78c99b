import { content, defineTask, nothing, type Params, type Plan, predicts, shellAnswer, tidyPath } from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { wholeFile } from './shared/retire/paths.ts';
import { askKeyOf, keySource } from './shared/tls/key-params.ts';
import { foreseenRequest, textIn, tlsText } from './shared/tls/request.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';
import { checkRequest, csrParams, requestReturns, toldRequest, wantedRequest } from './shared/tls/wanted-request.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file for the request.' },
  ...csrParams,
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
    checkRequest(task);
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
    const wrong = cannotWrite(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const wanted = wantedRequest(task, state.key, state.csr?.stdout ?? '');
    if ('failed' in wanted) return wanted;
    if (wanted.differing.length === 0 && !task.force) return { changes: adjustAttributes(state, task) };
    return {
      changes: generate(state, task, {
        told: wanted.differing.length > 0 ? wanted.differing : [wanted.anew],
        content: wanted.content,
        effects: [predicts(tlsText(tidyPath(task.path)), shellAnswer(foreseenRequest(wanted.info)))],
        repeats: task.force,
      }),
    };
  },
  result: ({ state, params: task, replies }) => {
    if (task.state === 'absent') return { filename: task.path, ...backupFile(replies, task.backup) };
    return {
      filename: task.path,
      ...toldRequest(task),
      ...(state.text === undefined ? {} : { csr: textIn(state.text) }),
      ...backupFile(replies, task.backup),
    };
  },
  retire: wholeFile,
  returns: {
    filename: 'The file.',
    ...requestReturns,
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
