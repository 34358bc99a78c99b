import {
  blurs,
  type Change,
  type Command,
  content,
  decodeText,
  defineTask,
  exists,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  reading,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { keytoolComplaint } from './shared/tls/keytool.ts';

const params = {
  cert_url: { type: 'str', doc: 'A host that shows the certificate in TLS.' },
  cert_port: { type: 'int', default: 443, doc: 'The port of that host.' },
  cert_path: { type: 'path', doc: 'A file on the host with the certificate.' },
  cert_content: { type: 'str', doc: 'The certificate itself.' },
  cert_alias: { type: 'str', doc: 'The name of the certificate in the keystore (default: `cert_url`).' },
  trust_cacert: { type: 'bool', default: false, doc: "Trust also what Java's own authorities have signed." },
  pkcs12_path: { type: 'path', doc: 'A PKCS#12 file on the host, whose private key is imported, too.' },
  pkcs12_password: { type: 'str', secret: true, doc: 'The password of that file.' },
  pkcs12_alias: { type: 'str', doc: 'The name in that file (default: the only one).' },
  keystore_path: { type: 'path', required: true, doc: 'The keystore.' },
  keystore_pass: { type: 'str', required: true, secret: true, doc: 'The password of the keystore.' },
  keystore_create: { type: 'bool', default: false, doc: 'Create the keystore if it is missing.' },
  keystore_type: { type: 'str', doc: 'The type of the keystore, for example `JCEKS`.' },
  executable: { type: 'str', default: 'keytool', doc: 'The keytool program.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the certificate is in the keystore; another one with the same name is replaced.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.java_cert',
  summary: 'Manage a certificate in a Java keystore.',
  description:
    'Requires `keytool` on the host (in the `default-jre-headless` package) and, with `cert_url`, `openssl`. Certificates are compared, not their names alone. Passwords are passed in the environment of keytool.',
  params,
  rules: {
    mutuallyExclusive: [['cert_url', 'cert_path', 'cert_content', 'pkcs12_path']],
    requiredIf: [
      {
        param: 'state',
        is: 'present',
        needs: ['cert_path', 'cert_url', 'cert_content', 'pkcs12_path'],
        any: true,
      },
      { param: 'state', is: 'absent', needs: ['cert_url', 'cert_alias'], any: true },
    ],
  },
  ask: (task) => ({
    store: exists(task.keystore_path),
    own: askEntry(task),
    file: task.cert_path === undefined || task.state === 'absent' ? nothing() : content(tidyPath(task.cert_path)),
    other: askSource(task),
  }),
  plan({ store, own, file, other }, task): Plan {
    const alias = aliasOf(task);
    if (alias === undefined) return { failed: 'cert_alias is required, unless the certificate comes from `cert_url`' };
    if (own.code === 127) return { failed: missingTool({ name: task.executable, package: 'default-jre-headless' }) };
    if (!store && (task.state === 'absent' || !task.keystore_create))
      return {
        failed: `there is no keystore ${task.keystore_path}: set \`keystore_create: true\` to create it`,
      };
    const has = firstCertificate(own.stdout);
    if (store && has === undefined && !/does not exist/.test(own.stdout)) return { failed: keytoolComplaint(own) };
    if (task.state === 'absent') return has === undefined ? { changes: [] } : { changes: [removal(alias, task)] };
    if (other !== undefined && other.code !== 0) return { failed: keytoolComplaint(other) };
    const given = file?.bytes === undefined ? textOf(other, task) : certificateIn(file.bytes);
    const wanted = firstCertificate(given ?? '');
    if (wanted === undefined) return { failed: `there is no certificate in ${sourceOf(task)}` };
    const from = task.pkcs12_alias ?? aliasesIn(other?.stdout ?? '');
    if (task.pkcs12_path !== undefined && typeof from !== 'string')
      return { failed: `${task.pkcs12_path} has ${from.length} entries: set pkcs12_alias` };
    return has === wanted
      ? { changes: [] }
      : { changes: [importing({ alias, has, wanted, from: typeof from === 'string' ? from : '' }, task)] };
  },
  result: ({ changes }) => ({ cmd: changes.flatMap(({ commands }) => commands.map(({ shown }) => shown)).join('; ') }),
  returns: { cmd: 'The commands, without passwords.' },
  examples: [
    {
      title: 'Let Java trust an authority',
      yaml: 'java_cert:\n  cert_path: /usr/local/share/ca-certificates/shop.crt\n  cert_alias: shop\n  keystore_path: /etc/ssl/certs/java/cacerts\n  keystore_pass: changeit',
      runs: { no: 'needs Java' },
    },
    {
      title: 'Remove a certificate',
      yaml: 'community.general.java_cert:\n  cert_alias: shop\n  keystore_path: /etc/ssl/certs/java/cacerts\n  keystore_pass: changeit\n  state: absent',
      runs: { no: 'needs Java' },
    },
  ],
});

const aliasOf = ({ cert_alias, cert_url }: Task): string | undefined => cert_alias ?? cert_url;

const storeOptions = ({ keystore_path, keystore_type }: Task): readonly string[] => [
  '-keystore',
  keystore_path,
  '-storepass:env',
  '_pass',
  ...(keystore_type === undefined ? [] : ['-storetype', keystore_type]),
];

/** Asks for the certificate that has the name already. */
const askEntry = (task: Task): Question<ShellAnswer> =>
  shell(
    {
      ...sh`command -v ${task.executable} >/dev/null || exit 127
[ -e ${task.keystore_path} ] || exit 0
IFS= read -r _pass; export _pass
${task.executable} -list -rfc ${storeOptions(task)} -alias ${aliasOf(task) ?? ''} </dev/null`,
      input: `${task.keystore_pass}\n`,
      // A change of one certificate leaves the others as they are.
      about: [
        `data:${tidyPath(task.keystore_path)}:${aliasOf(task)}`,
        `by:inode:${tidyPath(task.keystore_path)}`,
        'by:package:*',
      ],
    },
    { secret: true },
  );

/** Asks a host or a PKCS#12 file for the certificate. */
function askSource(task: Task): Question<ShellAnswer | undefined> {
  const { cert_url: host, cert_port: port, pkcs12_path: path, pkcs12_alias: alias, executable } = task;
  if (task.state === 'absent') return nothing();
  if (host !== undefined)
    return shell(
      {
        ...sh`openssl s_client -connect ${`${host}:${port}`} -servername ${host} </dev/null 2>&1`,
        about: ['by:package:openssl'],
        deadlineMs: 30_000,
      },
      { beyond: true },
    );
  if (path === undefined) return nothing();
  return shell(
    {
      ...sh`command -v ${executable} >/dev/null || exit 127
IFS= read -r _pass; export _pass
${executable} -list -rfc -keystore ${path} -storetype pkcs12 -storepass:env _pass ${alias === undefined ? [] : ['-alias', alias]} </dev/null`,
      input: `${task.pkcs12_password ?? ''}\n`,
      about: [`data:${tidyPath(path)}`, 'by:package:*'],
    },
    { secret: true },
  );
}

const sourceOf = ({ cert_path, cert_url, cert_port, pkcs12_path }: Task): string =>
  cert_path ?? pkcs12_path ?? (cert_url === undefined ? 'cert_content' : `${cert_url}:${cert_port}`);

const textOf = (other: ShellAnswer | undefined, { cert_content }: Task): string | undefined =>
  cert_content ?? other?.stdout;

/** A certificate as PEM, which it may not be in the file. */
function certificateIn(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  return text.includes('-----BEGIN') ? text : pem(Buffer.from(bytes).toString('base64'));
}

const pem = (base64: string): string => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;

/** The first certificate in a text, in base64 and without line ends. */
const firstCertificate = (text: string): string | undefined =>
  /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]?.replace(/\s/g, '');

/** The name of the only entry in a list, or the names. */
function aliasesIn(list: string): string | readonly string[] {
  const names = [...list.matchAll(/^Alias name: (.*)$/gm)].flatMap(([, name]) => name ?? []);
  return names.length === 1 && names[0] !== undefined ? names[0] : names;
}

/** A command of keytool, which gets the password of the keystore in its environment. */
const keytool = (task: Task, words: readonly string[], input = ''): Command => ({
  ...reading(
    sh`IFS= read -r _pass; export _pass
${task.executable} ${words} ${storeOptions(task)} -noprompt`,
    `${task.keystore_pass}\n${input}`,
  ),
  shown: [task.executable, ...words, '-keystore', task.keystore_path].join(' '),
});

const deleting = (alias: string, task: Task): Command => keytool(task, ['-delete', '-alias', alias]);

const storeBlurs = ({ keystore_path }: Task) => blurs(`data:${tidyPath(keystore_path)}`);

const told = (base64: string): string => `${base64.slice(-12)} (${Buffer.from(base64, 'base64').length} bytes)`;

function removal(alias: string, task: Task): Change {
  return {
    what: `certificate ${alias} in ${task.keystore_path}`,
    from: 'present',
    to: null,
    commands: [deleting(alias, task)],
    effects: [predicts(askEntry(task), shellAnswer(`Alias <${alias}> does not exist`, 1)), storeBlurs(task)],
  };
}

interface Import {
  readonly alias: string;
  readonly has: string | undefined;
  readonly wanted: string;
  /** The name in the PKCS#12 file. */
  readonly from: string;
}

function importing({ alias, has, wanted, from }: Import, task: Task): Change {
  const trusting = task.trust_cacert ? ['-trustcacerts'] : [];
  const command =
    task.pkcs12_path === undefined
      ? keytool(task, ['-importcert', '-alias', alias, ...trusting], pem(wanted))
      : importStore(alias, from, task);
  return {
    what: `certificate ${alias} in ${task.keystore_path}`,
    from: has === undefined ? null : told(has),
    to: told(wanted),
    commands: [...(has === undefined ? [] : [deleting(alias, task)]), command],
    effects: [predicts(askEntry(task), shellAnswer(pem(wanted))), storeBlurs(task)],
  };
}

/** Imports a private key with its certificate. */
function importStore(alias: string, from: string, task: Task): Command {
  const { executable, pkcs12_path = '', keystore_path, keystore_type } = task;
  const words = ['-importkeystore', '-srcalias', from, '-destalias', alias, '-srckeystore', pkcs12_path];
  return {
    ...reading(
      sh`IFS= read -r _pass; IFS= read -r _from; export _pass _from
${executable} ${words} -srcstoretype pkcs12 -srcstorepass:env _from -destkeystore ${keystore_path} -deststorepass:env _pass ${keystore_type === undefined ? [] : ['-deststoretype', keystore_type]} -noprompt`,
      `${task.keystore_pass}\n${task.pkcs12_password ?? ''}\n`,
    ),
    shown: [executable, ...words, '-destkeystore', keystore_path].join(' '),
  };
}
