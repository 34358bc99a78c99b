import {
  blurs,
  type Change,
  decodeText,
  defineTask,
  type Params,
  type Plan,
  type Reply,
  sh,
  type TaskContext,
  type TaskResult,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { engineComplaint, withEngine } from './shared/containers/engine.ts';
import { filterOptions, filtersParam } from './shared/containers/filters.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import {
  listPrunable,
  PODMAN_PRUNED,
  type PodmanPruned,
  type Pruning,
  prunableOf,
} from './shared/containers/podman-unused.ts';

const params = {
  container: { type: 'bool', default: false, doc: 'Remove containers that do not run.' },
  container_filters: filtersParam('containers', 'until: 24h'),
  image: { type: 'bool', default: false, doc: 'Remove images that have no name and that no container uses.' },
  image_filters: {
    type: 'dict',
    doc: 'Only images with these properties; with `dangling_only: false`, also images that have a name; with `external: true`, even those that containers of other programs use.',
  },
  network: { type: 'bool', default: false, doc: 'Remove networks that no container uses.' },
  network_filters: filtersParam('networks', 'label: old'),
  volume: { type: 'bool', default: false, doc: 'Remove volumes that no container uses.' },
  volume_filters: filtersParam('volumes', 'label: old'),
  system: { type: 'bool', default: false, doc: 'Remove pods, containers, images and networks that are not used.' },
  system_all: { type: 'bool', default: false, doc: 'With `system`, also images that have a name.' },
  system_build: { type: 'bool', default: false, doc: 'With `system`, also containers that builds have left.' },
  system_volumes: { type: 'bool', default: false, doc: 'With `system`, also volumes.' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

const CANNOT_TELL = 'only removing them shows which';

export default defineTask({
  name: 'containers.podman.podman_prune',
  summary: 'Remove Podman containers, images, networks and volumes that are not used.',
  description:
    'Needs the `podman` client on the host. A check lists what nothing uses. It cannot apply filters other than `label` and `until`, and cannot tell what goes with a pod in which nothing runs, or what builds have left; it then says so, unless there is nothing to remove.',
  params,
  acts: true,
  ask: (task, context) => ({
    single: askEngine(engineOf(task, context), listPrunable(prunedBy(task)), { about: ['engine:*'] }),
    whole: askEngine(engineOf(task, context), listPrunable(prunedWith(task)), { about: ['engine:*'] }),
  }),
  plan({ single, whole }, task, context): Plan {
    const failed = [single, whole].find(({ code }) => code !== 0);
    if (failed !== undefined) return { failed: engineComplaint(failed.stderr, failed.code) };
    const { of } = prunableOf(single.stdout, prunedBy(task));
    const unsure = [...of].find(([, { names, isExact }]) => !isExact && names.length > 0);
    if (context.check && unsure !== undefined) return { unknown: `${CANNOT_TELL} ${unsure[0]}s are meant` };
    const changes = [...of].flatMap(([kind, { names }]) =>
      names.length === 0 ? [] : [pruning(kind, names, task, context)],
    );
    if (!task.system) return { changes };
    const all = prunableOf(whole.stdout, prunedWith(task));
    if (context.check && (task.system_build || all.pods.length > 0))
      return { unknown: `${CANNOT_TELL} ${task.system_build ? 'builds' : 'pods'} have left something` };
    const names = [...all.of.values()].flatMap((one) => one.names);
    const isAnything = names.length > 0 || all.pods.length > 0 || task.system_build;
    return { changes: isAnything ? [...changes, systemPruning(names, task, context)] : changes };
  },
  result({ params: task, state: { single }, changes, replies }): TaskResult {
    const { of } = prunableOf(single.stdout, prunedBy(task));
    const linesFor = (what: string, foreseen: readonly string[]): readonly string[] => {
      const index = changes.findIndex((change) => change.what === what);
      return replies.length === 0 && index >= 0 ? foreseen : linesIn(replies[index]);
    };
    return {
      ...Object.fromEntries(
        prunedBy(task).map(({ kind }) => [`${kind}s`, linesFor(`${kind}s`, of.get(kind)?.names ?? [])]),
      ),
      ...(task.system && { system: linesFor('system', []) }),
      ...(replies.length > 0 && { changed: replies.some(hasRemoved) }),
    };
  },
  returns: {
    containers: 'The IDs of the containers that were removed.',
    images: 'The IDs of the images that were removed.',
    networks: 'The networks that were removed.',
    volumes: 'The volumes that were removed.',
    system: 'With `system`: the lines in which the client says what it removed.',
  },
  examples: [
    {
      title: 'Remove containers that were made a day ago, and images without a name',
      yaml: 'podman_prune:\n  container: true\n  container_filters:\n    until: 24h\n  image: true',
      runs: { no: 'needs Podman' },
    },
    {
      title: 'Remove everything that is not used',
      yaml: 'containers.podman.podman_prune:\n  system: true\n  system_all: true\n  system_volumes: true',
      runs: { no: 'needs Podman' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** What the task prunes kind by kind. */
const prunedBy = (task: Task): readonly Pruning[] =>
  PODMAN_PRUNED.filter((kind) => task[kind]).map((kind) => {
    const { dangling_only: dangling, ...others } = task[`${kind}_filters`] ?? {};
    return kind === 'image'
      ? { kind, filters: others, isAll: isFalse(dangling) }
      : { kind, filters: task[`${kind}_filters`] ?? {}, isAll: false };
  });

/** What `podman system prune` removes beside pods. */
const prunedWith = ({ system, system_all: isAll, system_volumes: volumes }: Task): readonly Pruning[] =>
  system
    ? PODMAN_PRUNED.filter((kind) => kind !== 'volume' || volumes).map((kind) => ({ kind, filters: {}, isAll }))
    : [];

const isFalse = (value: unknown): boolean => value !== undefined && /^(?:false|no|0)$/i.test(String(value));

function pruning(kind: PodmanPruned, names: readonly string[], task: Task, context: TaskContext): Change {
  const one = prunedBy(task).find((each) => each.kind === kind);
  const { external, ...others } = one?.filters ?? {};
  const words = [
    ...(one?.isAll === true ? ['--all'] : []),
    ...(kind === 'image' && external !== undefined && !isFalse(external) ? ['--external'] : []),
    ...filterOptions(kind === 'image' ? others : (one?.filters ?? {})),
  ];
  return {
    what: `${kind}s`,
    from: short(names),
    to: null,
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
_engine ${kind} prune --force ${words}`,
        shown: `podman ${[kind, 'prune', ...words].join(' ')}`,
        long: true,
      },
    ],
    effects: [blurs('engine:*')],
  };
}

function systemPruning(names: readonly string[], task: Task, context: TaskContext): Change {
  const words = [
    ...(task.system_all ? ['--all'] : []),
    ...(task.system_build ? ['--build'] : []),
    ...(task.system_volumes ? ['--volumes'] : []),
  ];
  return {
    what: 'system',
    from: short(names),
    to: null,
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
_engine system prune --force ${words}`,
        shown: `podman ${['system', 'prune', ...words].join(' ')}`,
        long: true,
      },
    ],
    effects: [blurs('engine:*')],
  };
}

const short = (names: readonly string[]): string =>
  names.map((name) => name.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1')).join(', ');

const linesIn = (reply: Reply | undefined): readonly string[] =>
  decodeText(reply?.stdout ?? new Uint8Array())
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Whether the client says that it removed something: it tells names, and after removing everything how much that freed. */
const hasRemoved = (reply: Reply): boolean => linesIn(reply).some((line) => !line.startsWith('Total reclaimed space:'));
