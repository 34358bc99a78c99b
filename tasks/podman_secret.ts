import {
  type Change,
  type Command,
  defineTask,
  nothing,
  type Params,
  type PathState,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { engineComplaint, withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt, textEntries } from './shared/containers/json.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { differenceOf } from './shared/containers/podman-differences.ts';
import { withStored } from './shared/containers/podman-secrets.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The secret.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the secret should exist.' },
  data: { type: 'str', secret: true, doc: 'What it contains.' },
  path: { type: 'path', doc: 'A file on the host with what it contains.' },
  env: { type: 'str', doc: 'A variable in the environment on the host with what it contains.' },
  driver: { type: 'str', doc: 'Where secrets are kept (default: `file`).' },
  driver_opts: { type: 'dict', doc: "The driver's options." },
  force: { type: 'bool', default: false, doc: 'Create the secret again, every time.' },
  skip_existing: { type: 'bool', default: false, doc: 'Keep a secret that exists as it is.' },
  labels: { type: 'dict', doc: 'Labels of the secret; needs Podman 4.4 or newer.' },
  debug: { type: 'bool', default: false, ignored: 'what a secret contains is never shown' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = {
  readonly secret: Question<Inspected>;
  readonly same: Question<ShellAnswer | undefined>;
  readonly file: Question<PathState | undefined>;
};

export default defineTask({
  name: 'containers.podman.podman_secret',
  summary: 'Manage a Podman secret.',
  description:
    'Needs the `podman` client on the host. The content is compared on the host, with that of Podman 4.7 or newer or of the driver `file`. A secret that differs is removed and created again; containers keep what they have.',
  params,
  rules: {
    mutuallyExclusive: [['data', 'path', 'env']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['data', 'path', 'env'], any: true }],
  },
  ask: (task, context): Asking => ({
    secret: inspect(engineOf(task, context), 'secret', task.name),
    same: task.state === 'absent' ? nothing() : askSame(task, context),
    file: task.path === undefined ? nothing() : stat(task.path),
  }),
  plan({ secret, same, file }, task, context): Plan {
    if (task.state === 'absent') return { changes: secret === null ? [] : [removal(task, context)] };
    if (secret !== null && task.skip_existing) return { changes: [] };
    if (file?.exists === false) return { failed: `there is no file ${task.path}` };
    if (same !== undefined && same.code !== 0) return { failed: engineComplaint(same.stderr, same.code) };
    const told = same?.stdout.trim();
    const differences = secret === null ? [] : secretDiffers(task, secret, told === 'same');
    if (secret !== null && !task.force && differences.length === 0) return { changes: [] };
    const first = differences.length === 0 ? [whole(task, secret)] : differences;
    return {
      changes: first.map(
        (one, index): Change => ({
          ...one,
          commands:
            index === 0 ? [...(secret === null ? [] : [removeSecret(task, context)]), create(task, context)] : [],
          effects: [
            predicts(inspect(engineOf(task, context), 'secret', task.name), foreseen(task)),
            predicts(askSame(task, context), shellAnswer('same\n')),
          ],
          ...(task.force && { repeats: true as const }),
        }),
      ),
    };
  },
  retire: byState('podman secret', ['name']),
  examples: [
    {
      title: 'Create a secret',
      yaml: 'podman_secret:\n  name: token\n  data: "{{ token }}"\nvars:\n  token: not-a-good-one',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Create a secret from a file, unless it exists',
      yaml: 'containers.podman.podman_secret:\n  name: key\n  path: /etc/ssl/private/app.key\n  skip_existing: true',
      runs: { no: 'needs Podman' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** Writes what the secret should contain to stdout. */
function wanted({ path, env }: Task): Script {
  if (path !== undefined) return script`cat -- ${path}`;
  if (env === undefined) return script`cat`;
  return script`_v=$(printenv -- ${env}; echo .); printf %s "\${_v%??}"`;
}

/** Asks whether the secret contains what it should: `same`, `other`, or nothing if there is no such secret. */
const askSame = (task: Task, context: TaskContext): Question<ShellAnswer> =>
  askEngine(
    engineOf(task, context),
    script`${task.env === undefined ? script`` : script`printenv -- ${task.env} >/dev/null || { echo ${`Environment variable ${task.env} is not set`} >&2; exit 1; }`}
_wanted() { ${wanted(task)}; }
${withStored(task.name)}
if _engine secret inspect -- ${task.name} >/dev/null 2>&1; then
  is=$(_stored 2>/dev/null | sha256sum) to=$({ _wanted && echo; } | sha256sum)
  [ "$is" = "$to" ] && echo same || echo other
fi`,
    {
      about: [engineObject('secret', task.name), ...(task.path === undefined ? [] : [`path:${tidyPath(task.path)}`])],
      stdin: task.data,
    },
  );

function secretDiffers(task: Task, secret: NonNullable<Inspected>, isSame: boolean): readonly Change[] {
  const of = `of secret ${task.name}`;
  return [
    ...(isSame ? [] : [{ what: `content ${of}`, from: 'other', to: 'given', commands: [], effects: [] }]),
    ...differenceOf(`driver ${of}`, textAt(secret, 'Spec', 'Driver', 'Name'), task.driver),
    ...textEntries(task.driver_opts).flatMap(([name, value]) =>
      differenceOf(`option ${name} ${of}`, textAt(secret, 'Spec', 'Driver', 'Options', name), value),
    ),
    ...textEntries(task.labels).flatMap(([name, value]) =>
      differenceOf(`label ${name} ${of}`, textAt(secret, 'Spec', 'Labels', name), value),
    ),
  ];
}

const whole = (task: Task, secret: Inspected) => ({
  what: `secret ${task.name}`,
  from: secret === null ? null : 'present',
  to: secret === null ? 'created' : 'created again',
});

const removeSecret = (task: Task, context: TaskContext): Command => sh`${withEngine(engineOf(task, context))}
_engine secret rm -- ${task.name} >/dev/null`;

function create(task: Task, context: TaskContext): Command {
  const options = textEntries(task.driver_opts).map(([name, value]) => `${name}=${value}`);
  const words = [
    ...(task.driver === undefined ? [] : ['--driver', task.driver]),
    ...(options.length === 0 ? [] : ['--driver-opts', options.join(',')]),
    ...textEntries(task.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
  return {
    ...sh`${withEngine(engineOf(task, context))}
_wanted() { ${wanted(task)}; }
_wanted | _engine secret create ${words} -- ${task.name} - >/dev/null`,
    stdin: task.data,
    shown: `podman secret create ${[...words, task.name, '-'].join(' ')}`,
  };
}

const removal = (task: Task, context: TaskContext): Change => ({
  what: `secret ${task.name}`,
  from: 'present',
  to: null,
  commands: [removeSecret(task, context)],
  effects: [predicts(inspect(engineOf(task, context), 'secret', task.name), null)],
});

const foreseen = (task: Task): NonNullable<Inspected> => ({
  Spec: {
    Name: task.name,
    Driver: {
      Name: task.driver ?? 'file',
      Options: Object.fromEntries(textEntries(task.driver_opts)),
    },
    Labels: Object.fromEntries(textEntries(task.labels)),
  },
});
