import {
  content as contentOf,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  shellAnswer,
  type TaskContext,
  tidyPath,
  withLacking,
} from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { wholeFile } from './shared/retire/paths.ts';
import { foreseenCertificate, isForeseen, readX509, type X509 } from './shared/tls/certificate.ts';
import { plainInteger, timeDigits } from './shared/tls/der.ts';
import { textIn, tlsText } from './shared/tls/request.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';
import {
  askIngredients,
  certificateConflicts,
  certificateNeeds,
  certificateParams,
  isOwnCa,
  prepareCertificate,
  wantedCertificate,
} from './shared/tls/wanted-certificate.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file for the certificate.' },
  ...certificateParams,
  return_content: { type: 'bool', default: false, doc: 'Return the certificate itself, as `certificate`.' },
  ...tlsFileParams,
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.x509_certificate',
  aliases: ['community.crypto.openssl_certificate', 'community.general.openssl_certificate'],
  summary: 'Generate a certificate, self-signed or signed by your own CA.',
  description:
    'Needs `openssl` on the host, which signs the certificate. An existing one is compared with the request, the key and the CA; its validity is not, unless `ignore_timestamps` is false.',
  params,
  rules: {
    mutuallyExclusive: certificateConflicts,
    requiredIf: [{ param: 'state', is: 'present', needs: ['provider'] }, ...certificateNeeds],
  },
  prepare: (given) => prepareCertificate(given),
  ask: (task) => {
    const present = task.state === 'present';
    return {
      ...askTlsFile(task),
      certificate: present ? tlsText(tidyPath(task.path)) : nothing(),
      ...(present ? askIngredients(task) : absentIngredients),
      text: present && task.return_content ? contentOf(tidyPath(task.path)) : nothing(),
    };
  },
  plan(state, task, context): Plan {
    const question = tlsText(tidyPath(task.path));
    if (task.state === 'absent') return remove(state, task, 'certificate', [predicts(question, shellAnswer(''))]);
    const wrong = cannotWrite(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const wanted = wantedCertificate(task, state, state.certificate?.stdout ?? '', context);
    if ('failed' in wanted) return wanted;
    const { now, differing, anew, info, content } = wanted;
    if (now !== undefined && differing.length === 0 && !task.force)
      return { changes: adjustAttributes(state, task), warnings: expiry(now, task, context) };
    return {
      changes: generate(state, task, {
        told: differing.length > 0 ? differing : [anew],
        content,
        effects: [predicts(question, shellAnswer(foreseenCertificate(info)))],
        repeats: task.force || wanted.isMomentary,
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
  retire: wholeFile,
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

/** Nothing is asked about a certificate that is to be removed. */
const absentIngredients = { key: nothing(), csr: nothing(), ca: nothing(), caKey: nothing() };

/** Nobody should take an expired certificate for a good one. */
const expiry = ({ notAfter }: X509, { path }: Task, { now }: TaskContext): readonly string[] =>
  notAfter <= now ? [`the certificate ${path} expired at ${notAfter.toISOString()}; \`force: true\` replaces it`] : [];
