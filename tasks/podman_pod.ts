import {
  blurs,
  type Change,
  type Command,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  sh,
  type TaskContext,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly, textAt } from './shared/containers/json.ts';
import { podmanEngine, podmanParams, quadletParams } from './shared/containers/podman.ts';
import { differingWords } from './shared/containers/podman-created.ts';
import { podCreateParams, podWords } from './shared/containers/podman-pod-params.ts';
import { listInside } from './shared/json.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The pod.' },
  state: {
    type: 'str',
    default: 'created',
    choices: ['created', 'killed', 'restarted', 'absent', 'started', 'stopped', 'paused', 'unpaused'],
    doc: 'Whether the pod should exist, and what its containers should do.',
  },
  recreate: {
    type: 'bool',
    default: false,
    doc: 'Remove the pod with its containers, and create it again, every time.',
  },
  ...podCreateParams,
  generate_systemd: {
    type: 'dict',
    ignored: 'write a quadlet file with `template`, and start its unit with `systemd`',
  },
  ...quadletParams,
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'containers.podman.podman_pod',
  summary: 'Manage a Podman pod.',
  description:
    'Needs the `podman` client on the host. A pod is created again, without its containers, if it was created with other arguments than this task would use.',
  params,
  ask: (task, context) => ({ pod: inspect(engineOf(task, context), 'pod', task.name) }),
  plan({ pod }, task, context): Plan {
    if (task.state === 'absent') return { changes: pod === null ? [] : [removal(task, pod, context)] };
    const words = pod === null ? undefined : differingWords(pod, argumentsOf(task));
    const isNew = pod === null || task.recreate || words !== undefined;
    const difference: Change = {
      what: `arguments of pod ${task.name}`,
      from: words?.from ?? '',
      to: words?.to ?? '',
      commands: [],
      effects: [],
    };
    const status = isNew ? 'Created' : textAt(pod, 'State');
    const act = needsAct(task, status) ? [acting(task, pod, status, context)] : [];
    return {
      changes: [...(words === undefined ? [] : [difference]), ...(isNew ? [newPod(task, pod, context)] : []), ...act],
    };
  },
  result({ params: task, state: { pod }, changes, context }) {
    const actions = changes
      .filter(({ commands }) => commands.length > 0)
      .map(({ what, to }) => `${what}: ${to ?? 'removed'}`);
    if (task.state === 'absent' || pod === null) return { actions, pod: {} };
    const isUnsure = context.check && changes.length > 0;
    return {
      actions,
      pod: isUnsure
        ? partly(
            pod,
            Object.keys(pod).filter((key) => key !== 'Name'),
          )
        : pod,
    };
  },
  retire: byState('podman pod', ['name']),
  returns: { actions: 'What was done, in words.', pod: 'What `podman pod inspect` tells about the pod.' },
  examples: [
    {
      title: 'Create a pod with a published port',
      yaml: 'podman_pod:\n  name: shop\n  publish: ["8080:80"]',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Start a pod in a network',
      yaml: 'containers.podman.podman_pod:\n  name: shop\n  network: [backend]\n  state: started',
      runs: { no: 'needs Podman' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

const argumentsOf = (task: Task): readonly string[] => ['--name', task.name, ...podWords(task)];

const VERBS = {
  started: { verb: 'start', is: ['Running'] },
  stopped: { verb: 'stop', is: ['Exited', 'Created', 'Stopped'] },
  killed: { verb: 'kill', is: ['Exited', 'Created', 'Stopped'] },
  paused: { verb: 'pause', is: ['Paused'] },
  unpaused: { verb: 'unpause', is: ['Running', 'Exited', 'Created', 'Stopped', 'Degraded'] },
  restarted: { verb: 'restart', is: [] },
} as const;

const isActing = (state: Task['state']): state is keyof typeof VERBS => Object.hasOwn(VERBS, state);

const needsAct = ({ state }: Task, status: string): boolean =>
  isActing(state) && !VERBS[state].is.some((one) => one === status);

const call = (task: Task, context: TaskContext, words: readonly string[]): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
_engine pod ${words} >/dev/null`,
  shown: `podman pod ${words.join(' ')}`,
  long: true,
});

const removePod = (task: Task, context: TaskContext): Command =>
  call(task, context, ['rm', '--force', '--', task.name]);

/** What else changes: the containers in the pod, and what can be reached. */
const others = (pod: Inspected) => [
  blurs(...listInside(pod, 'Containers').map((one) => engineObject('container', textAt(one, 'Name')))),
  mayAlter('network:', engineObject('network', '*')),
];

function newPod(task: Task, pod: Inspected, context: TaskContext): Change {
  const words = argumentsOf(task);
  return {
    what: `pod ${task.name}`,
    from: pod === null ? null : 'present',
    to: pod === null ? 'created' : 'created again',
    commands: [...(pod === null ? [] : [removePod(task, context)]), call(task, context, ['create', ...words])],
    effects: [
      predicts(inspect(engineOf(task, context), 'pod', task.name), {
        Name: task.name,
        State: isActing(task.state) ? STATUS_AFTER[task.state] : 'Created',
        CreateCommand: ['podman', 'pod', 'create', ...words],
      }),
      ...(pod === null ? [] : others(pod)),
    ],
    ...(task.recreate && { repeats: true as const }),
  };
}

const STATUS_AFTER = {
  started: 'Running',
  stopped: 'Exited',
  killed: 'Exited',
  paused: 'Paused',
  unpaused: 'Running',
  restarted: 'Running',
} as const;

function acting(task: Task, pod: Inspected, status: string, context: TaskContext): Change {
  const state = isActing(task.state) ? task.state : 'started';
  return {
    what: `pod ${task.name}`,
    from: status.toLowerCase(),
    to: state,
    commands: [call(task, context, [VERBS[state].verb, '--', task.name])],
    effects: [
      predicts(inspect(engineOf(task, context), 'pod', task.name), {
        ...pod,
        Name: task.name,
        CreateCommand: ['podman', 'pod', 'create', ...argumentsOf(task)],
        State: STATUS_AFTER[state],
      }),
      ...others(pod),
    ],
    ...(state === 'restarted' && { repeats: true as const }),
  };
}

const removal = (task: Task, pod: NonNullable<Inspected>, context: TaskContext): Change => ({
  what: `pod ${task.name}`,
  from: textAt(pod, 'State').toLowerCase() || 'present',
  to: null,
  commands: [removePod(task, context)],
  effects: [predicts(inspect(engineOf(task, context), 'pod', task.name), null), ...others(pod)],
});
