import {
  type Change,
  ControllerError,
  defineTask,
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
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { readX509, type X509 } from './shared/tls/certificate.ts';
import { isSameBytes } from './shared/tls/der.ts';
import { askKeyOf, keySource, usableKey } from './shared/tls/key-params.ts';
import { keytoolComplaint } from './shared/tls/keytool.ts';
import { toPem } from './shared/tls/pem.ts';
import { NEEDS_OPENSSL, withKey, wrongSource } from './shared/tls/private-key.ts';
import { tlsText } from './shared/tls/request.ts';
import { adjustAttributes, askTlsFile, cannotWrite, generate } from './shared/tls/tls-file.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the entry in the keystore.' },
  certificate: { type: 'str', doc: 'The certificate itself, in PEM format.' },
  certificate_path: { type: 'path', doc: 'The file with the certificate, on the host.' },
  private_key: { type: 'str', secret: true, doc: 'The private key itself, in PEM format.' },
  private_key_path: { type: 'path', doc: 'The file with the private key, on the host.' },
  private_key_passphrase: { type: 'str', secret: true, doc: 'The passphrase of the private key.' },
  password: {
    type: 'str',
    required: true,
    secret: true,
    doc: 'The password of the keystore. A keystore that has another one is replaced.',
  },
  dest: { type: 'path', required: true, doc: 'The keystore.' },
  keystore_type: {
    type: 'str',
    choices: ['jks', 'pkcs12'],
    doc: "The type of the keystore. By default, that of the existing keystore stays, and a new one gets keytool's default.",
  },
  force: { type: 'bool', default: false, doc: 'Make the keystore anew every time.' },
  ssl_backend: {
    type: 'str',
    default: 'openssl',
    choices: ['openssl', 'cryptography'],
    ignored: "the host's openssl is always used",
  },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.java_keystore',
  summary: 'Put a private key and its certificate into a Java keystore.',
  description:
    'Needs `keytool` (in the `default-jre-headless` package) and `openssl` on the host. A keystore is made anew if it cannot be opened with the password, or if its entry has another certificate. keytool reads the key from a temporary file that is encrypted with the password, and that only the user can read.',
  params,
  rules: {
    mutuallyExclusive: [
      ['certificate', 'certificate_path'],
      ['private_key', 'private_key_path'],
    ],
    requiredOneOf: [
      ['certificate', 'certificate_path'],
      ['private_key', 'private_key_path'],
    ],
  },
  prepare(task): Task {
    const wrong = wrongSource(sourceOf(task)) ?? wrongSource({ passphrase: task.password });
    if (wrong !== undefined) throw new ControllerError(wrong);
    return task;
  },
  ask: (task) => ({
    ...askTlsFile(fileOf(task)),
    store: askEntry(task),
    key: askKeyOf(sourceOf(task)),
    given: task.certificate_path === undefined ? nothing() : tlsText(tidyPath(task.certificate_path)),
  }),
  plan(state, task): Plan {
    const wrong = cannotWrite(state, fileOf(task));
    if (wrong !== undefined) return { failed: wrong };
    if (state.store.code === 127) return { failed: missingTool({ name: 'keytool', package: 'default-jre-headless' }) };
    if (task.password.length < 6) return { failed: 'the password of a keystore needs at least 6 characters' };
    if (state.key === undefined) return { failed: 'no private key is given' };
    const usable = usableKey(state.key, sourceOf(task));
    if ('failed' in usable) return usable;
    const text = task.certificate ?? state.given?.stdout ?? '';
    const certificate = readX509(text);
    if (certificate === undefined)
      return { failed: `There is no certificate in ${task.certificate_path ?? '`certificate`'}` };
    if (!isSameBytes(certificate.publicKey, usable.key.publicKey))
      return { failed: 'The private key does not belong to the certificate' };
    const differing = differences(state.store, certificate, task);
    if (differing.length === 0 && !task.force) return { changes: adjustAttributes(state, fileOf(task)) };
    const type = task.keystore_type ?? 'pkcs12';
    return {
      changes: generate(state, fileOf(task), {
        told: differing.length > 0 ? differing : [{ what: `keystore ${task.dest}`, from: 'present', to: 'made anew' }],
        content: bundling(task, text),
        effects: [predicts(askEntry(task), shellAnswer(`type ${type}\n${toPem('CERTIFICATE', certificate.der)}`))],
        repeats: task.force,
      }),
    };
  },
  result: ({ changes, replies }) =>
    changes.length === 0 ? {} : { cmd: 'keytool -importkeystore', msg: '', rc: replies[0]?.code ?? 0 },
  returns: {
    cmd: 'The command that made the keystore, without passwords.',
    rc: 'Its exit code.',
    msg: 'Always empty.',
  },
  examples: [
    {
      title: 'A keystore for a Java server',
      yaml: 'java_keystore:\n  name: web\n  certificate_path: /etc/ssl/certs/web.crt\n  private_key_path: /etc/ssl/private/web.key\n  password: "{{ keystore_password }}"\n  dest: /etc/shop/keystore.p12\n  mode: "0640"\nvars:\n  keystore_password: changeit',
      runs: { no: 'needs Java' },
    },
  ],
});

const sourceOf = (task: Task) =>
  keySource({
    privatekey_path: task.private_key_path,
    privatekey_content: task.private_key,
    privatekey_passphrase: task.private_key_passphrase,
  });

const fileOf = (task: Task) => ({ ...task, path: task.dest, backup: false });

/** Asks for the type of the keystore, and for the certificate that the name has in it. */
const askEntry = ({ dest, name, password }: Task): Question<ShellAnswer> =>
  shell(
    {
      ...sh`command -v keytool >/dev/null || exit 127
f=${tidyPath(dest)}; LC_ALL=C; export LC_ALL
[ -e "$f" ] || { echo absent; exit 0; }
case $(od -An -tx1 -N4 -- "$f") in ' fe ed fe ed') echo 'type jks' ;; ' 30 '*) echo 'type pkcs12' ;; *) echo 'type unknown' ;; esac
IFS= read -r _pass; export _pass
keytool -list -rfc -keystore "$f" -storepass:env _pass -alias ${name} </dev/null`,
      input: `${password}\n`,
      about: [`data:${tidyPath(dest)}`, 'by:package:*'],
    },
    { secret: true },
  );

function differences(
  store: ShellAnswer,
  wanted: X509,
  { dest, name, keystore_type }: Task,
): readonly Pick<Change, 'what' | 'from' | 'to'>[] {
  const [first = ''] = store.stdout.split('\n');
  if (first === 'absent') return [{ what: `keystore ${dest}`, from: null, to: `${name}, 1 certificate` }];
  const type = first.replace(/^type /, '');
  const has = readX509(store.stdout);
  const isOpen = store.code === 0 || /does not exist/.test(store.stdout);
  if (!isOpen) return [{ what: `keystore ${dest}`, from: `cannot be opened: ${keytoolComplaint(store)}`, to: name }];
  return [
    ...(keystore_type === undefined || keystore_type === type
      ? []
      : [{ what: `type of ${dest}`, from: type, to: keystore_type }]),
    ...(has === undefined ? [{ what: `${name} in ${dest}`, from: null, to: 'present' }] : []),
    ...(has !== undefined && !isSameBytes(has.der, wanted.der)
      ? [{ what: `certificate of ${name} in ${dest}`, from: 'another one', to: 'the given one' }]
      : []),
  ];
}

/** Prints the keystore. The passwords are read from stdin: first the keystore's, then the key's. */
function bundling(task: Task, certificate: string): { readonly script: Script; readonly stdin: string } {
  const key = withKey(sourceOf(task), (file, options) => script`LC_ALL=C openssl pkey -in ${file} ${options}`);
  const type = task.keystore_type === undefined ? [] : ['-deststoretype', task.keystore_type];
  return {
    script: script`${NEEDS_OPENSSL}LC_ALL=C _d=; export LC_ALL; umask 077
IFS= read -r _pass
k=$(${key.script}
) || exit
_d=$(mktemp -d) || exit; trap 'rm -rf -- "$_d"' EXIT; trap 'exit 1' HUP INT TERM
printf '%s\n' "$k" | { exec 4<&0; printf %s ${certificate} | { exec 5<&0
printf '%s\n' "$_pass" | openssl pkcs12 -export -inkey /dev/fd/4 -in /dev/fd/5 -name ${task.name} -out "$_d/key" -passout stdin; }; } || exit
export _pass
keytool -importkeystore -noprompt -srcalias ${task.name} -destalias ${task.name} -srckeystore "$_d/key" -srcstoretype pkcs12 -srcstorepass:env _pass -destkeystore "$_d/store" -deststorepass:env _pass ${type} </dev/null >"$_d/told" 2>&1 || { cat "$_d/told" >&2; exit 1; }
cat -- "$_d/store"`,
    stdin: `${task.password}\n${key.stdin ?? ''}`,
  };
}
