import {
  type Change,
  type Content,
  content,
  decodeText,
  defineTask,
  encodeText,
  exporting,
  nameOf,
  nothing,
  type Params,
  type Plan,
  parentOf,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, type Engine, REACHING, withEngine } from './shared/containers/engine.ts';
import { textAt } from './shared/containers/json.ts';
import {
  type KeptLogin,
  keptIn,
  type LoginFile,
  loginEntry,
  readLogins,
  toldLogin,
  withLogin,
} from './shared/containers/logins.ts';

const HUB = 'https://index.docker.io/v1/';

const params = {
  registry_url: {
    type: 'str',
    default: HUB,
    aliases: ['registry', 'url'],
    doc: 'The registry, for example `registry.example.org` (default: Docker Hub).',
  },
  username: { type: 'str', doc: 'The user to log in as.' },
  password: { type: 'str', secret: true, doc: 'The password, or an access token.' },
  reauthorize: {
    type: 'bool',
    default: false,
    aliases: ['reauth'],
    doc: 'Log in even if the host has the same user and password already.',
  },
  config_path: {
    type: 'path',
    default: '~/.docker/config.json',
    aliases: ['dockercfg_path'],
    doc: "The client's configuration file; its name must be `config.json`.",
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the host should be logged in.',
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Helped = { readonly helped: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'community.docker.docker_login',
  summary: 'Log in to a container registry, or log out.',
  description:
    'Needs the `docker` client on the host, which keeps the password in its configuration file, or in a credential helper if one is configured there. The password is compared with the one that is kept, and is sent to the registry only if it is another one.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['username', 'password'] }] },
  ask: ({ config_path }) => ({ config: content(config_path) }),
  thenAsk({ config }, task, context): Helped {
    const file = readLogins(textOf(config));
    const helper = file === undefined ? '' : helperFor(file, serverOf(task));
    return { helped: helper === '' ? nothing() : askHelper(helper, serverOf(task), context.environment) };
  },
  plan({ config, helped }, task, context): Plan {
    const file = readLogins(textOf(config));
    if (nameOf(task.config_path) !== 'config.json')
      return { failed: 'config_path: the client only reads a file that is named config.json' };
    if (file === undefined) return { failed: `${task.config_path}: this is not a JSON object` };
    if (task.password?.includes('\n') === true) return { failed: 'the password must be one line' };
    const server = serverOf(task);
    const engine = loginEngine(task, context);
    const kept = helped === undefined ? keptIn(file, isFor(server)) : helpedLogin(helped);
    const change = (what: Pick<Change, 'what' | 'from' | 'to' | 'commands'>, entry: unknown): Change => ({
      ...what,
      effects: [
        predicts(content(task.config_path), withEntry(config, file, server, entry)),
        ...(helped === undefined
          ? []
          : [predicts(askHelper(helperFor(file, server), server, context.environment), afterwards(task))]),
      ],
    });
    if (task.state === 'absent') {
      if (kept === undefined) return { changes: [] };
      const commands = [
        sh`${withEngine(engine)}
_engine logout ${serverWords(server)} >/dev/null`,
      ];
      return { changes: [change({ what: `login to ${server}`, from: kept.user, to: null, commands }, undefined)] };
    }
    const { username = '', password = '' } = task;
    const isSame = kept?.user === username && kept.password === password;
    if (isSame && !task.reauthorize) return { changes: [] };
    const login = change(
      {
        what: `login to ${server}`,
        from: kept === undefined ? null : toldLogin(kept, username),
        to: username,
        commands: [
          {
            ...sh`${withEngine(engine)}
_engine login --username ${username} --password-stdin ${serverWords(server)} >/dev/null`,
            stdin: `${password}\n`,
          },
        ],
      },
      helped === undefined ? loginEntry(username, password) : {},
    );
    return { changes: [isSame ? { ...login, means: true, repeats: true } : login] };
  },
  result: ({ params: { state, username, registry_url } }) =>
    state === 'absent' ? {} : { login_results: { serveraddress: registry_url, username } },
  returns: { login_results: 'The registry and the user.' },
  examples: [
    {
      title: 'Log in to a registry',
      yaml: 'docker_login:\n  registry_url: registry.example.org\n  username: deploy\n  password: "{{ registry_password }}"\nvars:\n  registry_password: not-a-good-one',
      runs: { no: 'needs Docker and a registry' },
    },
    {
      title: 'Log out of Docker Hub',
      yaml: 'community.docker.docker_login:\n  state: absent',
      runs: { no: 'needs Docker' },
    },
  ],
});

/** The name under which the client keeps a login: the host of the registry, except for Docker Hub. */
const serverOf = ({ registry_url: url }: Task): string =>
  /^(?:https?:\/\/)?(?:index\.)?docker\.io(?:\/|$)/.test(url) ? HUB : hostIn(url);

const hostIn = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

const serverWords = (server: string): readonly string[] => (server === HUB ? [] : ['--', server]);

function loginEngine(task: Task, { environment }: TaskContext): Engine {
  const engine = dockerEngine(task, environment);
  return { ...engine, options: ['--config', parentOf(task.config_path), ...engine.options] };
}

/** The program that keeps the login to a server; empty if the file itself does. */
const helperFor = (file: LoginFile, server: string): string =>
  textAt(file, 'credHelpers', server) || textAt(file, 'credsStore');

const askHelper = (
  helper: string,
  server: string,
  environment: Readonly<Record<string, string>>,
): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}printf '%s' ${server} | ${`docker-credential-${helper}`} get`,
    about: [`engine:login/${server}`, ...REACHING],
  });

function helpedLogin({ code, stdout }: ShellAnswer): KeptLogin | undefined {
  if (code !== 0) return undefined;
  const told: unknown = JSON.parse(stdout);
  return { user: textAt(told, 'Username'), password: textAt(told, 'Secret') };
}

/** What the helper will answer. */
const afterwards = ({ state, username, password }: Task): ShellAnswer =>
  shellAnswer(
    state === 'absent' ? '' : JSON.stringify({ Username: username, Secret: password }),
    state === 'absent' ? 1 : 0,
  );

/** Whether the client finds a login to a server under a key. */
const isFor =
  (server: string) =>
  (key: string): boolean =>
    key === server || hostIn(key) === server;

const textOf = ({ bytes }: Content): string => (bytes === undefined ? '' : decodeText(bytes));

/** The configuration file once the client has changed a login. */
const withEntry = (config: Content, file: LoginFile, server: string, entry: unknown): Content => ({
  ...config,
  bytes: encodeText(withLogin(file, isFor(server), entry === undefined ? undefined : [server, entry])),
});
