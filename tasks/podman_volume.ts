import {
  type Change,
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
import { entriesAt, partly, textAt, textEntries } from './shared/containers/json.ts';
import { PODMAN_STORE, podmanEngine, podmanParams, quadletParams } from './shared/containers/podman.ts';
import { differenceOf, givenPairs, pairsDiffer } from './shared/containers/podman-differences.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The volume.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the volume should exist.' },
  recreate: {
    type: 'bool',
    default: false,
    doc: 'Remove the volume, with all its data, and create it again, every time.',
  },
  label: { type: 'dict', doc: 'Labels of the volume; it has no others.' },
  driver: { type: 'str', doc: 'The driver of the volume.' },
  options: { type: 'list', elements: 'str', doc: "The driver's options, such as `type=tmpfs`." },
  uid: { type: 'int', doc: 'The owner of the volume, as a number; used only for a new volume.' },
  gid: { type: 'int', doc: 'The group of the volume, as a number; used only for a new volume.' },
  ...quadletParams,
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'containers.podman.podman_volume',
  summary: 'Manage a Podman volume.',
  description:
    'Needs the `podman` client on the host. Only what is given is compared. If something differs, the volume is removed, with all its data, and created again.',
  params,
  ask: (task, context) => ({ volume: inspect(engineOf(task, context), 'volume', task.name) }),
  plan({ volume }, task, context): Plan {
    if (task.state === 'absent') return { changes: volume === null ? [] : [removal(task, context)] };
    const differences = volume === null ? [] : volumeDiffers(task, volume);
    if (volume !== null && !task.recreate && differences.length === 0) return { changes: [] };
    return { changes: [...differences, createdVolume(task, volume, context)] };
  },
  result: ({ params: task, state: { volume }, changes, context }) => {
    if (task.state === 'absent') return { volume: {} };
    return {
      volume:
        volume !== null && context.check && changes.length > 0
          ? partly(volume, ['CreatedAt', 'Mountpoint', 'Scope'])
          : (volume ?? {}),
    };
  },
  retire: byState('podman volume', ['name']),
  returns: { volume: 'What `podman volume inspect` tells about the volume.' },
  examples: [
    { title: 'Create a volume', yaml: 'podman_volume:\n  name: data', runs: { no: 'needs Podman' } },
    {
      title: 'Create a volume in memory',
      yaml: 'containers.podman.podman_volume:\n  name: cache\n  options: [type=tmpfs, device=tmpfs, o=size=10m]\n  label:\n    kind: cache',
      runs: { no: 'needs Podman' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

function volumeDiffers(task: Task, volume: NonNullable<Inspected>): readonly Change[] {
  const of = `of volume ${task.name}`;
  const options = entriesAt(volume, 'Options').filter(([name]) => !['UID', 'GID'].includes(name));
  return [
    ...differenceOf(`driver ${of}`, textAt(volume, 'Driver'), task.driver),
    ...pairsDiffer(`labels ${of}`, entriesAt(volume, 'Labels'), task.label && textEntries(task.label)),
    ...pairsDiffer(`options ${of}`, options, task.options && givenPairs(task.options)),
  ];
}

function createdVolume(task: Task, volume: Inspected, context: TaskContext): Change {
  const engine = engineOf(task, context);
  const owners = [
    ...(task.uid === undefined ? [] : [`uid=${task.uid}`]),
    ...(task.gid === undefined ? [] : [`gid=${task.gid}`]),
  ];
  const words = [
    ...(task.driver === undefined ? [] : ['--driver', task.driver]),
    ...(task.options ?? []).flatMap((option) => ['--opt', option]),
    ...(owners.length === 0 ? [] : ['--opt', `o=${owners.join(',')}`]),
    ...textEntries(task.label).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
  const after = {
    Name: task.name,
    Driver: task.driver ?? 'local',
    Options: Object.fromEntries(givenPairs(task.options ?? [])),
    Labels: Object.fromEntries(textEntries(task.label)),
  };
  return {
    what: `volume ${task.name}`,
    from: volume === null ? null : 'present',
    to: volume === null ? `driver ${after.Driver}` : 'created again, empty',
    commands: [
      ...(volume === null ? [] : [removeVolume(task, context)]),
      {
        ...sh`${withEngine(engine)}
_engine volume create ${words} -- ${task.name} >/dev/null`,
        shown: `podman volume create ${[...words, task.name].join(' ')}`,
      },
    ],
    effects: [
      predicts(inspect(engine, 'volume', task.name), after),
      ...(volume === null ? [] : [mayAlter(PODMAN_STORE, engineObject('container', '*'))]),
    ],
    ...(task.recreate && { repeats: true as const }),
  };
}

/** A volume that a container uses cannot be removed without it. */
const removeVolume = (task: Task, context: TaskContext) => sh`${withEngine(engineOf(task, context))}
_engine volume rm --force -- ${task.name} >/dev/null`;

const removal = (task: Task, context: TaskContext): Change => ({
  what: `volume ${task.name}`,
  from: 'present',
  to: null,
  commands: [removeVolume(task, context)],
  effects: [
    predicts(inspect(engineOf(task, context), 'volume', task.name), null),
    // Containers that use it are removed as well.
    mayAlter(PODMAN_STORE, engineObject('container', '*')),
  ],
});
