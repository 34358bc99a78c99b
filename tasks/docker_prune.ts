import {
  blurs,
  type Change,
  decodeText,
  defineTask,
  type Params,
  type Plan,
  type Reply,
  type Script,
  script,
  sh,
  type TaskContext,
  type TaskResult,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { filterOptions, filtersParam } from './shared/containers/filters.ts';
import { decimalBytes } from './shared/containers/sizes.ts';
import { listUnused, PRUNED, type PrunedKind, prunable } from './shared/containers/unused.ts';

const params = {
  containers: { type: 'bool', default: false, doc: 'Remove containers that do not run.' },
  containers_filters: filtersParam('containers', 'until: 24h'),
  images: { type: 'bool', default: false, doc: 'Remove images that have no name and that no container uses.' },
  images_filters: {
    type: 'dict',
    doc: 'Only images with these properties; with `dangling: false`, also images that have a name.',
  },
  networks: { type: 'bool', default: false, doc: 'Remove networks that no container uses.' },
  networks_filters: filtersParam('networks', 'label: old'),
  volumes: {
    type: 'bool',
    default: false,
    doc: 'Remove volumes that no container uses; since Docker 23, only those without a name of their own.',
  },
  volumes_filters: {
    type: 'dict',
    doc: 'Only volumes with these properties; with `all: true`, also volumes that have a name.',
  },
  builder_cache: { type: 'bool', default: false, doc: 'Remove the cache of builds.' },
  builder_cache_all: { type: 'bool', default: false, doc: 'Remove all of the cache, not only what is dangling.' },
  builder_cache_filters: filtersParam('parts of the cache', 'until: 10m'),
  builder_cache_keep_storage: { type: 'str', doc: 'How much of the cache to keep, for example `2G`.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_prune',
  summary: 'Remove Docker containers, images, networks and volumes that are not used.',
  description:
    'Needs the `docker` client on the host. A check lists what nothing uses. It cannot apply filters other than labels, and cannot tell what is in the cache of builds; it then says so, unless there is nothing to remove.',
  params,
  acts: true,
  ask: (task, context) => ({
    all: askEngine(engineOf(task, context), listUnused(kindsOf(task)), { about: ['engine:*'] }),
  }),
  plan({ all }, task, context): Plan {
    if (all.code !== 0) return { failed: engineComplaint(all.stderr, all.code) };
    const found = prunable(all.stdout, kindsOf(task), (kind) => filtersFor(task, kind));
    const unsure = kindsOf(task).filter((kind) => !found[kind].isExact && found[kind].names.length > 0);
    const sure = kindsOf(task).some((kind) => found[kind].isExact && found[kind].names.length > 0);
    if (context.check && !sure && (unsure.length > 0 || task.builder_cache))
      return { unknown: `only removing them shows which ${unsure[0] ?? 'parts of the cache of builds'} are meant` };
    const changes = kindsOf(task)
      .filter((kind) => found[kind].names.length > 0)
      .map((kind) => pruning(kind, found[kind].names, task, context));
    return { changes: task.builder_cache ? [...changes, cachePruning(task, context)] : changes };
  },
  result({ params: task, state: { all }, changes, replies }): TaskResult {
    const found = prunable(all.stdout, kindsOf(task), (kind) => filtersFor(task, kind));
    const told = Object.fromEntries(
      kindsOf(task).flatMap((kind) => {
        const index = changes.findIndex(({ what }) => what === kind);
        const reply = replies[index];
        const text = reply === undefined ? '' : decodeText(reply.stdout);
        const names = replies.length === 0 && index >= 0 ? found[kind].names : deletedIn(text);
        return [[kind, names], ...(kind === 'networks' ? [] : [[`${kind}_space_reclaimed`, bytesOf(text)]])];
      }),
    );
    if (!task.builder_cache) return replies.length === 0 ? told : { ...told, changed: hasDeleted(replies) };
    const cache = decodeText(replies.at(-1)?.stdout ?? new Uint8Array());
    const ids = cache.split('\n').flatMap((line) => /^([0-9a-z]{20,})\*?\s/.exec(line)?.[1] ?? []);
    return {
      ...told,
      builder_cache_space_reclaimed: bytesOf(cache),
      builder_cache_caches_deleted: ids,
      ...(replies.length > 0 && { changed: hasDeleted(replies) || ids.length > 0 }),
    };
  },
  returns: {
    containers: 'The IDs of the containers that were removed.',
    containers_space_reclaimed: 'How many bytes that freed, rounded as the client shows it; 0 in a check.',
    images: 'The IDs and names of the images that were removed.',
    images_space_reclaimed: 'How many bytes that freed.',
    networks: 'The networks that were removed.',
    volumes: 'The volumes that were removed.',
    volumes_space_reclaimed: 'How many bytes that freed.',
    builder_cache_space_reclaimed: 'How many bytes removing the cache freed.',
    builder_cache_caches_deleted: 'The IDs of the parts of the cache that were removed.',
  },
  examples: [
    {
      title: 'Remove everything that is not used',
      yaml: 'docker_prune:\n  containers: true\n  images: true\n  networks: true\n  volumes: true\n  builder_cache: true',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Remove all images that no container uses',
      yaml: 'community.docker.docker_prune:\n  images: true\n  images_filters:\n    dangling: false',
      runs: { no: 'needs Docker' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const kindsOf = (task: Task): readonly PrunedKind[] => PRUNED.filter((kind) => task[kind]);

const filtersFor = (task: Task, kind: PrunedKind) => task[`${kind}_filters`] ?? {};

function pruning(kind: PrunedKind, names: readonly string[], task: Task, context: TaskContext): Change {
  const command = kind.slice(0, -1);
  return {
    what: kind,
    from: names.map((name) => name.replace(/^sha256:/, '').replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1')).join(', '),
    to: null,
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
_engine ${command} prune --force ${filterOptions(filtersFor(task, kind))}`,
        shown: `docker ${command} prune`,
        long: true,
      },
    ],
    effects: [blurs('engine:*')],
  };
}

function cachePruning(task: Task, context: TaskContext): Change {
  const { builder_cache_keep_storage: kept } = task;
  const words = [
    ...(task.builder_cache_all ? ['--all'] : []),
    ...filterOptions(task.builder_cache_filters ?? {}),
    ...(kept === undefined ? [] : ['--keep-storage', kept]),
  ];
  const call: Script = script`_engine builder prune --force ${words}`;
  return {
    what: 'cache of builds',
    from: '',
    to: 'removed',
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
${call}`,
        shown: 'docker builder prune',
        long: true,
      },
    ],
    effects: [],
  };
}

/** What the client says that it removed: names on lines of their own, after a heading. */
const deletedIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:Deleted .*:|Total.*)$/.test(line))
    .map((line) => line.replace(/^(?:deleted|untagged): /, ''));

const hasDeleted = (replies: readonly Reply[]): boolean =>
  replies.some(({ stdout }) => /^Deleted /m.test(decodeText(stdout)));

/** How much the client says that it freed. */
const bytesOf = (text: string): number => decimalBytes(/^Total.*:(.*)$/m.exec(text)?.[1] ?? '') ?? 0;
