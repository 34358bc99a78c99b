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
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly, textAt, textEntries } from './shared/containers/json.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  volume_name: { type: 'str', required: true, aliases: ['name'], doc: 'The volume.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the volume should exist.' },
  driver: { type: 'str', default: 'local', doc: 'The driver of the volume.' },
  driver_options: { type: 'dict', default: {}, doc: "The driver's options." },
  labels: { type: 'dict', doc: 'Labels of the volume.' },
  recreate: {
    type: 'str',
    default: 'never',
    choices: ['always', 'never', 'options-changed'],
    doc: 'Whether to remove a volume, with all its data, and create it again: if something differs (`options-changed`), or every time.',
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_volume',
  summary: 'Manage a Docker volume.',
  description:
    'Needs the `docker` client on the host. The driver, options and labels of an existing volume are compared only with `recreate: options-changed`.',
  params,
  ask: (task, context) => ({ volume: inspect(engineOf(task, context), 'volume', task.volume_name) }),
  plan({ volume }, task, context): Plan {
    if (task.state === 'absent') return { changes: volume === null ? [] : [removal(task, context)] };
    const differences = volume === null || task.recreate !== 'options-changed' ? [] : differencesOf(task, volume);
    if (volume !== null && task.recreate !== 'always' && differences.length === 0) return { changes: [] };
    return { changes: [...differences, newVolume(task, volume, context)] };
  },
  result: ({ params: task, state: { volume }, changes, context }) => {
    if (task.state === 'absent') return {};
    return {
      volume:
        volume !== null && context.check && changes.length > 0
          ? partly(volume, ['CreatedAt', 'Mountpoint', 'Scope'])
          : (volume ?? {}),
    };
  },
  retire: byState('docker volume', ['volume_name']),
  returns: { volume: 'What `docker volume inspect` tells about the volume.' },
  examples: [
    { title: 'Create a volume', yaml: 'docker_volume:\n  name: data', runs: { no: 'needs Docker' } },
    {
      title: 'Create a volume on an NFS server',
      yaml: 'community.docker.docker_volume:\n  name: shared\n  driver_options:\n    type: nfs\n    o: addr=10.0.0.5,rw\n    device: ":/srv/shared"',
      runs: { no: 'needs Docker and an NFS server' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

function differencesOf(task: Task, volume: NonNullable<Inspected>): readonly Change[] {
  const differs = (what: string, from: string, to: string): readonly Change[] =>
    from === to
      ? []
      : [{ what: `${what} of volume ${task.volume_name}`, from: from || null, to, commands: [], effects: [] }];
  const each = (what: string, key: string, given: Readonly<Record<string, unknown>> | undefined) =>
    textEntries(given).flatMap(([name, to]) => differs(`${what} ${name}`, textAt(volume, key, name), to));
  return [
    ...differs('driver', textAt(volume, 'Driver'), task.driver),
    ...each('option', 'Options', task.driver_options),
    ...each('label', 'Labels', task.labels),
  ];
}

const remove = (task: Task, context: TaskContext) => sh`${withEngine(engineOf(task, context))}
_engine volume rm -- ${task.volume_name} >/dev/null`;

function newVolume(task: Task, volume: Inspected, context: TaskContext): Change {
  const engine = engineOf(task, context);
  const options = [
    ...['--driver', task.driver],
    ...textEntries(task.driver_options).flatMap(([name, value]) => ['--opt', `${name}=${value}`]),
    ...textEntries(task.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
  const after = {
    Name: task.volume_name,
    Driver: task.driver,
    Options: Object.fromEntries(textEntries(task.driver_options)),
    Labels: Object.fromEntries(textEntries(task.labels)),
  };
  return {
    what: `volume ${task.volume_name}`,
    from: volume === null ? null : 'present',
    to: volume === null ? `driver ${task.driver}` : 'created again, empty',
    commands: [
      ...(volume === null ? [] : [remove(task, context)]),
      sh`${withEngine(engine)}
_engine volume create ${options} -- ${task.volume_name} >/dev/null`,
    ],
    effects: [
      predicts(inspect(engine, 'volume', task.volume_name), after),
      ...(volume === null ? [] : [mayAlter(`path:${textAt(volume, 'Mountpoint')}`, engineObject('container', '*'))]),
    ],
    ...(task.recreate === 'always' && { repeats: true as const }),
  };
}

const removal = (task: Task, context: TaskContext): Change => ({
  what: `volume ${task.volume_name}`,
  from: 'present',
  to: null,
  commands: [remove(task, context)],
  effects: [
    predicts(inspect(engineOf(task, context), 'volume', task.volume_name), null),
    mayAlter('path:/var/lib/docker/volumes'),
  ],
});
