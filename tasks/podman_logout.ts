import {
  blurs,
  type Change,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  type Subject,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { entriesAt } from './shared/containers/json.ts';
import { keptIn, readLogins, withLogin } from './shared/containers/logins.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import {
  askLogins,
  authfileWords,
  headOf,
  loginParams,
  loginSubject,
  loginsIn,
} from './shared/containers/podman-logins.ts';

const params = {
  ...loginParams,
  all: { type: 'bool', doc: 'Forget the logins to all registries in the file.' },
  ignore_docker_credentials: {
    type: 'bool',
    doc: 'Do not fail if only `docker login` has left a login to the registry, which Podman uses but does not remove.',
  },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly logins: Question<ShellAnswer>; readonly docker: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'containers.podman.podman_logout',
  summary: 'Log out of a container registry with Podman.',
  description: 'Needs the `podman` client on the host, which forgets the password.',
  params,
  rules: {
    mutuallyExclusive: [
      ['registry', 'all'],
      ['ignore_docker_credentials', 'all'],
    ],
  },
  ask: (task, context): Asking => ({
    logins: askLogins(engineOf(task, context), task),
    docker:
      task.all === true || task.authfile !== undefined || task.ignore_docker_credentials === true
        ? nothing()
        : askDocker(),
  }),
  plan({ logins, docker }, task, context): Plan {
    const told = loginsIn(logins, task);
    if ('failed' in told) return told;
    const { registry, file } = told;
    const forget = (
      what: string,
      from: string,
      words: readonly string[],
      isMeant: (key: string) => boolean,
      about: Subject,
    ): Change => ({
      what,
      from,
      to: null,
      commands: [
        {
          ...sh`${withEngine(engineOf(task, context))}
_engine logout ${authfileWords(task)} ${words} >/dev/null`,
          shown: `podman logout ${words.join(' ')}`,
        },
      ],
      effects: [
        blurs(about),
        predicts(askLogins(engineOf(task, context), task), {
          ...logins,
          stdout: `${headOf(logins)}\n${withLogin(file, isMeant)}`,
        }),
      ],
    });
    if (task.all === true) {
      const all = entriesAt(file, 'auths').map(([key]) => key);
      return {
        changes: all.length === 0 ? [] : [forget('logins', all.join(', '), ['--all'], () => true, 'engine:login/*')],
      };
    }
    if (registry === '') return { failed: 'registry: registries.conf has no registry to search, so one must be given' };
    const isMeant = (key: string): boolean => key === registry;
    const kept = keptIn(file, isMeant);
    if (kept !== undefined)
      return {
        changes: [forget(`login to ${registry}`, kept.user, ['--', registry], isMeant, loginSubject(registry))],
      };
    const others = readLogins(docker?.stdout ?? '') ?? {};
    return keptIn(others, isMeant) === undefined
      ? { changes: [] }
      : { failed: `the login to ${registry} is one of docker: use docker_login, or ignore_docker_credentials` };
  },
  examples: [
    {
      title: 'Log out of a registry',
      yaml: 'podman_logout:\n  registry: registry.example.org',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Forget all logins',
      yaml: 'containers.podman.podman_logout:\n  all: true',
      runs: { no: 'needs Podman' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** Asks for the logins that Docker's client has left. */
const askDocker = (): Question<ShellAnswer> =>
  shell({
    ...sh`[ ! -f "$HOME/.docker/config.json" ] || cat -- "$HOME/.docker/config.json"`,
    about: ['engine:docker-login', 'path:/root/.docker', 'path:/home'],
  });
