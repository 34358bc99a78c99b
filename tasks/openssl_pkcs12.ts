import {
  type Change,
  ControllerError,
  content,
  defineTask,
  each,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
  tidyPath,
  together,
  upTo,
} from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { isForeseen, readX509Der, type X509 } from './shared/tls/certificate.ts';
import { isSameBytes } from './shared/tls/der.ts';
import { askKeyOf, keyParams, keySource, usableKey } from './shared/tls/key-params.ts';
import { allFromPem, fromPem, toPem } from './shared/tls/pem.ts';
import { NEEDS_OPENSSL, withKey, wrongSource } from './shared/tls/private-key.ts';
import { tlsText } from './shared/tls/request.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate, remove, tlsFileParams } from './shared/tls/tls-file.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The PKCS#12 file.' },
  action: {
    type: 'str',
    default: 'export',
    choices: ['export'],
    doc: 'What to do: only `export`. Instead of `parse`, use `openssl pkcs12` in a `command` with `creates`.',
  },
  friendly_name: { type: 'str', aliases: ['name'], doc: 'The name of the certificate in the file.' },
  ...keyParams,
  certificate_path: { type: 'path', doc: "The key's certificate, on the host, in PEM format." },
  other_certificates: {
    type: 'list',
    elements: 'path',
    aliases: ['ca_certificates'],
    doc: 'Files with further certificates, on the host.',
  },
  other_certificates_parse_all: {
    type: 'bool',
    default: false,
    doc: 'Include all certificates in each of these files, not only the first.',
  },
  passphrase: { type: 'str', secret: true, doc: 'The passphrase of the PKCS#12 file.' },
  iter_size: { type: 'int', doc: 'How many rounds the passphrase is hashed for (default: 2048).' },
  maciter_size: { type: 'int', ignored: 'openssl uses `iter_size` for both' },
  encryption_level: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'compatibility2022'],
    doc: 'How the file is encrypted: as openssl does by default, or so that programs from before 2022 can read it.',
  },
  return_content: { type: 'bool', default: false, doc: 'Return the file as base64, as `pkcs12`.' },
  ...tlsFileParams,
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography', 'pyopenssl'],
    ignored: "the host's openssl is always used",
  },
  ...attributeParams,
  mode: { type: 'mode', default: '0400', doc: "The permission bits, for example `'0400'` or `u=r`." },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.crypto.openssl_pkcs12',
  summary: 'Put a private key and its certificates into a PKCS#12 file.',
  description:
    'Needs `openssl` on the host. An existing file is compared with what it should contain; it is also replaced if its passphrase is another one.',
  params,
  rules: {
    mutuallyExclusive: [['privatekey_path', 'privatekey_content']],
    requiredIf: [
      { param: 'state', is: 'present', needs: ['friendly_name', 'certificate_path'] },
      { param: 'state', is: 'present', needs: ['privatekey_path', 'privatekey_content'], any: true },
    ],
  },
  prepare(task): Task {
    const wrong = wrongSource(keySource(task)) ?? wrongSource({ passphrase: task.passphrase });
    if (wrong !== undefined) throw new ControllerError(wrong);
    if (!/^[\x20-\x7e]*$/.test(task.friendly_name ?? ''))
      throw new ControllerError('friendly_name can have only ASCII letters, digits and punctuation');
    return task;
  },
  ask: (task) => {
    const present = task.state === 'present';
    const certificate = task.certificate_path;
    return together(
      {
        ...askTlsFile(task),
        now: present ? askContents(task) : nothing(),
        key: present ? askKeyOf(keySource(task)) : nothing(),
        certificate: present && certificate !== undefined ? tlsText(tidyPath(certificate)) : nothing(),
        bytes: present && task.return_content ? content(tidyPath(task.path), { secret: true }) : nothing(),
      },
      each('other', present ? (task.other_certificates ?? []) : [], (path) => tlsText(tidyPath(path))),
    );
  },
  plan(state, task): Plan {
    if (task.state === 'absent')
      return remove(state, task, 'PKCS#12 file', [predicts(askContents(task), shellAnswer('absent\n'))]);
    const wrong = cannotWrite(state, task) ?? (state.now?.code === 127 ? state.now.stderr.trim() : undefined);
    if (wrong !== undefined || state.key === undefined) return { failed: wrong ?? 'no private key is given' };
    const usable = usableKey(state.key, keySource(task));
    if ('failed' in usable) return usable;
    const certificates = certificatesIn(
      state.certificate,
      (task.other_certificates ?? []).map((path) => [path, state[`other ${path}`]]),
      task,
    );
    if ('failed' in certificates) return certificates;
    const { own, others } = certificates;
    if (!isSameBytes(own.publicKey, usable.key.publicKey))
      return { failed: `The private key does not belong to the certificate ${task.certificate_path}` };
    const wanted: Contents = {
      name: task.friendly_name ?? '',
      publicKey: Buffer.from(usable.key.publicKey).toString('base64'),
      certificates: [own.der, ...others].map((one) => Buffer.from(one).toString('base64')),
    };
    const { now, there } = readContents(state.now);
    const differing = now === undefined ? [] : differences(now, wanted);
    if (now !== undefined && differing.length === 0 && !task.force) return { changes: adjustAttributes(state, task) };
    const created = {
      what: 'PKCS#12 file',
      from: there,
      to: `${wanted.name}, ${wanted.certificates.length} ${wanted.certificates.length === 1 ? 'certificate' : 'certificates'}`,
    };
    return {
      changes: generate(state, task, {
        told: differing.length > 0 ? differing : [created],
        content:
          usable.key.foreseen === true || isForeseen(own)
            ? undefined
            : exporting(task, [own.der, ...others].map((one) => toPem('CERTIFICATE', one)).join('')),
        effects: [predicts(askContents(task), shellAnswer(`${FORESEEN}${JSON.stringify(wanted)}`))],
        repeats: task.force,
      }),
    };
  },
  result: ({ state, params: task, replies }) => ({
    filename: task.path,
    ...(task.state === 'present' ? { privatekey: task.privatekey_path ?? null } : {}),
    ...(state.bytes === undefined ? {} : { pkcs12: Buffer.from(state.bytes.bytes ?? []).toString('base64') }),
    ...backupFile(replies, task.backup),
  }),
  returns: {
    filename: 'The file.',
    privatekey: 'The file with the private key.',
    pkcs12: 'The PKCS#12 file as base64, if `return_content` is set.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Export a key and its certificate for a Java program',
      yaml: 'openssl_pkcs12:\n  path: /etc/ssl/private/retrace-web.p12\n  friendly_name: web\n  privatekey_path: /etc/ssl/private/retrace-web.pem\n  certificate_path: /etc/ssl/retrace-web.crt\n  other_certificates: [/etc/ssl/retrace-ca.crt]\n  passphrase: "{{ web_passphrase }}"\nvars:\n  web_passphrase: not-a-good-one',
      runs: { no: 'needs a private key and a certificate' },
    },
    {
      title: 'Remove a PKCS#12 file',
      yaml: 'openssl_pkcs12:\n  path: /etc/ssl/private/retrace-gone.p12\n  state: absent',
    },
  ],
});

/** What is in a PKCS#12 file; keys and certificates are in DER, as base64. */
interface Contents {
  readonly name: string;
  readonly publicKey: string;
  /** The key's own certificate is the first. */
  readonly certificates: readonly string[];
}

/** Asks what is in the file; files from before 2022 are encrypted in a way that openssl has to be told about. */
const askContents = ({ path, passphrase = '' }: Task): Question<ShellAnswer> =>
  shell(
    {
      ...sh`${NEEDS_OPENSSL}f=${tidyPath(path)}
[ -f "$f" ] || { echo absent; exit 0; }
LC_ALL=C; export LC_ALL
IFS= read -r pw
p() { printf '%s\n' "$pw" | openssl pkcs12 $l -in "$f" -passin stdin "$@" 2>/dev/null; }
l=; p -noout || { l=-legacy; p -noout; } || { echo unreadable; exit 0; }
echo own; p -nokeys -clcerts
echo others; p -nokeys -cacerts
echo key; p -nocerts -nodes | openssl pkey -pubout`,
      input: `${passphrase}\n`,
      about: [`data:${tidyPath(path)}`, 'by:package:openssl'],
    },
    { secret: passphrase !== '' },
  );

/** What is in the file, and how to describe it as a whole: null if there is no file. */
function readContents(answer: ShellAnswer | undefined): {
  readonly now?: Contents;
  readonly there: string | null;
} {
  const text = answer?.stdout ?? '';
  if (text.startsWith('absent')) return { there: null };
  if (text.startsWith(FORESEEN)) return { now: JSON.parse(text.slice(FORESEEN.length)), there: 'present' };
  const publicKey = fromPem(text, 'PUBLIC KEY');
  if (publicKey === undefined) return { there: 'unreadable' };
  const now = {
    name: /^ *friendlyName: (.*)$/m.exec(upTo(text, '\nothers\n'))?.[1] ?? '',
    publicKey: Buffer.from(publicKey).toString('base64'),
    certificates: allFromPem(text, 'CERTIFICATE').map((one) => Buffer.from(one).toString('base64')),
  };
  return { now, there: 'present' };
}

const FORESEEN = 'foreseen\n';

function certificatesIn(
  certificate: ShellAnswer | undefined,
  others: readonly (readonly [path: string, answer: ShellAnswer | undefined])[],
  task: Task,
): { readonly own: X509; readonly others: readonly Uint8Array[] } | { readonly failed: string } {
  const [der] = allFromPem(certificate?.stdout ?? '', 'CERTIFICATE');
  const own = der && readX509Der(der);
  if (own === undefined) return { failed: `There is no certificate in ${task.certificate_path}` };
  const all = others.map(([path, answer]) => [path, allFromPem(answer?.stdout ?? '', 'CERTIFICATE')] as const);
  const empty = all.find(([, found]) => found.length === 0);
  if (empty !== undefined) return { failed: `There is no certificate in ${empty[0]}` };
  return { own, others: all.flatMap(([, found]) => (task.other_certificates_parse_all ? found : found.slice(0, 1))) };
}

function differences(now: Contents, wanted: Contents): readonly Pick<Change, 'what' | 'from' | 'to'>[] {
  const told = (what: string, differs: boolean, from: string, to: string) => (differs ? [{ what, from, to }] : []);
  const [is, to] = [now, wanted].map(({ certificates: [, ...others] }) => others.toSorted().join());
  return [
    ...told('name in the PKCS#12 file', now.name !== wanted.name, now.name, wanted.name),
    ...told('key in the PKCS#12 file', now.publicKey !== wanted.publicKey, 'another key', 'the given key'),
    ...told(
      'certificate in the PKCS#12 file',
      now.certificates[0] !== wanted.certificates[0],
      'another one',
      'the given one',
    ),
    ...told(
      'other certificates in the PKCS#12 file',
      is !== to,
      String(now.certificates.length - 1),
      `${wanted.certificates.length - 1}, as given`,
    ),
  ];
}

/** Prints the file. The passphrases are read from stdin: first the file's, then the key's. */
function exporting(task: Task, certificates: string): { readonly script: Script; readonly stdin: string } {
  const key = withKey(keySource(task), (file, options) => script`LC_ALL=C openssl pkey -in ${file} ${options}`);
  const options = [
    ...(task.iter_size === undefined ? [] : ['-iter', task.iter_size]),
    ...(task.encryption_level === 'auto'
      ? []
      : ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']),
  ];
  return {
    script: script`${NEEDS_OPENSSL}LC_ALL=C; export LC_ALL
IFS= read -r _out
k=$(${key.script}
) || exit
printf '%s\n' "$k" | { exec 4<&0; printf %s ${certificates} | { exec 5<&0
printf '%s\n' "$_out" | openssl pkcs12 -export -inkey /dev/fd/4 -in /dev/fd/5 -name ${task.friendly_name ?? ''} ${options} -passout stdin; }; }`,
    stdin: `${task.passphrase ?? ''}\n${key.stdin ?? ''}`,
  };
}
