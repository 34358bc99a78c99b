import {
  type Change,
  type Command,
  defineTask,
  hash,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
  type TaskContext,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { engineComplaint, withEngine } from './shared/containers/engine.ts';
import { keptIn, loginEntry, toldLogin, withLogin } from './shared/containers/logins.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { askLogins, askUser, authfileWords, headOf, loginParams, loginsIn } from './shared/containers/podman-logins.ts';
import { withStored } from './shared/containers/podman-secrets.ts';

const params = {
  ...loginParams,
  username: { type: 'str', doc: 'The user to log in as.' },
  password: { type: 'str', secret: true, doc: 'The password, or an access token.' },
  secret: { type: 'str', doc: 'A secret of Podman on the host with the password.' },
  certdir: {
    type: 'path',
    doc: 'A directory with certificates for the registry (default: `/etc/containers/certs.d`).',
  },
  tlsverify: {
    type: 'bool',
    doc: 'Require HTTPS and a valid certificate (default: true, unless registries.conf says otherwise).',
  },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly logins: Question<ShellAnswer>; readonly secret: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'containers.podman.podman_login',
  summary: 'Log in to a container registry with Podman.',
  description:
    'Needs the `podman` client on the host, which keeps the password in a file. The password is compared with the one that is kept, and is sent to the registry only if it is another one. Without a user, it makes sure that a login is kept.',
  params,
  rules: {
    mutuallyExclusive: [['password', 'secret']],
    requiredBy: { password: ['username'], secret: ['username'] },
  },
  ask: (task, context): Asking => ({
    logins: askLogins(engineOf(task, context), task),
    secret: task.secret === undefined ? nothing() : askDigest(task, task.secret, context),
  }),
  plan({ logins, secret }, task, context): Plan {
    const told = loginsIn(logins, task);
    if ('failed' in told) return told;
    const { registry, file } = told;
    if (registry === '') return { failed: 'registry: registries.conf has no registry to search, so one must be given' };
    if (task.password?.includes('\n') === true) return { failed: 'the password must be one line' };
    if (secret !== undefined && secret.code !== 0) return { failed: engineComplaint(secret.stderr, secret.code) };
    const kept = keptIn(file, (key) => key === registry);
    const { username, password } = task;
    if (username === undefined)
      return kept === undefined
        ? { failed: `there is no login to ${registry}: give username and password` }
        : { changes: [] };
    if (kept?.user === username && isSame(kept.password, task, secret)) return { changes: [] };
    if (password === undefined && secret === undefined)
      return kept?.user === username
        ? { changes: [] }
        : { failed: `there is no login of ${username} to ${registry}: give a password` };
    const login: Change = {
      what: `login to ${registry}`,
      from: kept === undefined ? null : toldLogin(kept, username),
      to: username,
      commands: [logIn(task, username, registry, context)],
      effects: [
        predicts(askUser(engineOf(task, context), task.registry ?? registry, task), shellAnswer(`${username}\n`)),
        ...(password === undefined
          ? []
          : [
              predicts(askLogins(engineOf(task, context), task), {
                ...logins,
                stdout: `${headOf(logins)}\n${withLogin(file, (key) => key === registry, [registry, loginEntry(username, password)])}`,
              }),
            ]),
      ],
    };
    return { changes: [login] };
  },
  examples: [
    {
      title: 'Log in to a registry',
      yaml: 'podman_login:\n  registry: registry.example.org\n  username: deploy\n  password: "{{ registry_password }}"\nvars:\n  registry_password: not-a-good-one',
      runs: { no: 'needs Podman and a registry' },
    },
    {
      title: 'Log in with a secret of Podman',
      yaml: 'containers.podman.podman_login:\n  registry: registry.example.org\n  username: deploy\n  secret: registry-password',
      runs: { no: 'needs Podman, a secret and a registry' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** Asks for the digest of what a secret contains, so that the password itself stays on the host. */
const askDigest = (task: Task, secret: string, context: TaskContext): Question<ShellAnswer> =>
  askEngine(
    engineOf(task, context),
    script`_engine secret inspect -- ${secret} >/dev/null || exit
${withStored(secret)}
printf %s "$(_stored)" | sha256sum`,
    { about: [`engine:secret/${secret}`] },
  );

/** Whether a kept password is the wanted one. */
const isSame = (kept: string, { password }: Task, secret: ShellAnswer | undefined): boolean =>
  password === undefined ? secret?.stdout.startsWith(hash('sha256', kept)) === true : kept === password;

function logIn(task: Task, username: string, registry: string, context: TaskContext): Command {
  const words = [
    ...authfileWords(task),
    ...(task.certdir === undefined ? [] : ['--cert-dir', task.certdir]),
    ...(task.tlsverify === undefined ? [] : [`--tls-verify=${task.tlsverify}`]),
  ];
  const shown = `podman login --username ${username} ${registry}`;
  const call = script`_engine login ${words} --username ${username} --password-stdin -- ${registry} >/dev/null`;
  const engine = withEngine(engineOf(task, context));
  return task.secret === undefined
    ? {
        ...sh`${engine}
${call}`,
        stdin: `${task.password}\n`,
        shown,
      }
    : {
        ...sh`${engine}
${withStored(task.secret)}
_stored | ${call}`,
        shown,
      };
}
