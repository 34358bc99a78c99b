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
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { byState } from './shared/retire/by-state.ts';
import {
  askBtrfs,
  askPlaces,
  type Btrfs,
  btrfsTool,
  inBtrfs,
  readBtrfs,
  type Subvolume,
  TOP,
  toldBtrfs,
  writeBtrfs,
} from './shared/storage/btrfs.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The path of the subvolume, from the top of the filesystem.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether there is such a subvolume.' },
  filesystem_device: { type: 'path', doc: 'A device of the filesystem.' },
  filesystem_label: { type: 'str', doc: 'The label of the filesystem.' },
  filesystem_uuid: { type: 'str', doc: 'The UUID of the filesystem.' },
  snapshot_source: { type: 'str', doc: 'The subvolume that a new one is a snapshot of.' },
  snapshot_conflict: {
    type: 'str',
    default: 'skip',
    choices: ['skip', 'clobber', 'error'],
    doc: 'What to do if a snapshot is wanted and there is a subvolume already: keep it, replace it every time, or fail.',
  },
  default: { type: 'bool', default: false, doc: 'Make it the subvolume that is mounted if none is named.' },
  recursive: {
    type: 'bool',
    default: false,
    doc: 'Create missing subvolumes above it, or remove those below it as well.',
  },
  automount: { type: 'bool', default: false, doc: 'Work also on a filesystem that is not mounted.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.btrfs_subvolume',
  summary: 'Manage a subvolume or a snapshot in a btrfs filesystem.',
  description:
    'Requires the `btrfs-progs` package on the host. If no filesystem is named, it is the only one, or the only one that is mounted. Changes are made at a mount point that only they see. A subvolume that is mounted is not removed.',
  params,
  ask: ({ automount }) => ({ btrfs: askBtrfs(automount) }),
  thenAsk({ btrfs }, task): { places: Question<ShellAnswer | undefined> } {
    const filesystem = chosen(readBtrfs(btrfs), task);
    const isAsked = typeof filesystem !== 'string' && filesystem.subvolumes.length > 0 && task.state === 'present';
    return { places: isAsked ? askPlaces(filesystem, pathsTo(pathOf(task.name))) : nothing() };
  },
  plan({ btrfs, places }, task): Plan {
    const failure = unanswered(btrfs, { ...btrfsTool, accepts: [0, 1] });
    if (failure !== undefined) return { failed: failure };
    const all = readBtrfs(btrfs);
    const filesystem = chosen(all, task);
    if (typeof filesystem === 'string') return { failed: filesystem };
    if (filesystem.subvolumes.length === 0)
      return {
        failed: `Target filesystem uuid=${filesystem.uuid} is not currently mounted: mount it, or set \`automount: true\``,
      };
    const steps = task.state === 'present' ? presentIn(filesystem, places, task) : absentIn(filesystem, task);
    return typeof steps === 'string' ? { failed: steps } : { changes: steps.map((step) => changeOf(step, all, task)) };
  },
  result({ params: task, state: { btrfs }, changes, context }) {
    const filesystem = chosen(readBtrfs(btrfs), task);
    if (typeof filesystem === 'string') return {};
    const target = filesystem.subvolumes.find(({ path }) => path === pathOf(task.name));
    return {
      modifications: changes.map(({ what, to }) => `${what}: ${to ?? 'removed'}`),
      // The ids of new subvolumes are not known in a check.
      ...(context.check && changes.length > 0
        ? {}
        : { filesystem: toldBtrfs(filesystem), ...(target !== undefined && { target_subvolume_id: target.id }) }),
    };
  },
  retire: byState('btrfs subvolume', ['name', 'filesystem_device', 'filesystem_label', 'filesystem_uuid']),
  returns: {
    filesystem: 'The filesystem: `uuid`, `label`, `devices`, `default_subvolume` and `subvolumes`.',
    modifications: 'The changes.',
    target_subvolume_id: 'The id of the subvolume.',
  },
  examples: [
    {
      title: 'Create a subvolume',
      yaml: 'btrfs_subvolume:\n  name: /@home\n  filesystem_device: /dev/vda2',
      runs: { no: 'needs a btrfs filesystem' },
    },
    {
      title: 'Make a snapshot, once',
      yaml: 'community.general.btrfs_subvolume:\n  name: /@snapshots/before-upgrade\n  snapshot_source: /@\n  recursive: true',
      runs: { no: 'needs a btrfs filesystem' },
    },
  ],
});

const pathOf = (name: string): string => `/${name.split('/').filter(Boolean).join('/')}`;

/** A path and all above it except the top, from there on. */
const pathsTo = (path: string): readonly string[] => {
  const words = path.split('/').slice(1);
  return words.map((_, index) => `/${words.slice(0, index + 1).join('/')}`);
};

/** The filesystem that is meant, or why it is not clear. */
function chosen(all: readonly Btrfs[], task: Task): Btrfs | string {
  const { filesystem_device: device, filesystem_label: label, filesystem_uuid: uuid } = task;
  if (device === undefined && label === undefined && uuid === undefined) {
    const mounted = all.filter(({ mounts }) => mounts.length > 0);
    const [only] = all.length === 1 ? all : mounted;
    if (only !== undefined && (all.length === 1 || mounted.length === 1)) return only;
    return `Failed to automatically identify targeted filesystem. No explicit device indicated and found ${all.length} available filesystems.`;
  }
  const found = all.find(
    (one) =>
      (device === undefined || one.devices.includes(device)) &&
      (label === undefined || one.label === label) &&
      (uuid === undefined || one.uuid === uuid),
  );
  const named = [device, label, uuid].filter((one) => one !== undefined).join(', ');
  return found ?? `Failed to identify a btrfs filesystem matching ${named}`;
}

/** One thing to do, and the filesystem after it. */
interface SubvolumeStep extends Pick<Change, 'what' | 'from' | 'to'> {
  /** The words for `btrfs`. */
  readonly words: readonly string[];
  readonly after: Btrfs;
}

/** What is to be done, or why it cannot be done. */
type SubvolumeSteps = readonly SubvolumeStep[] | string;

function changeOf({ what, from, to, words, after }: SubvolumeStep, all: readonly Btrfs[], task: Task): Change {
  const replacesAlways = task.snapshot_source !== undefined && task.snapshot_conflict === 'clobber';
  return {
    what,
    from,
    to,
    commands: [inBtrfs(after, words)],
    effects: [
      predicts(askBtrfs(task.automount), writeBtrfs(all.map((one) => (one.uuid === after.uuid ? after : one)))),
      blurs(...after.mounts.map(({ target }) => `path:${target}`)),
    ],
    ...(replacesAlways && { repeats: true as const }),
  };
}

const find = ({ subvolumes }: Btrfs, path: string): Subvolume | undefined =>
  subvolumes.find((one) => one.path === path);

const after = (now: Btrfs, steps: readonly SubvolumeStep[]): Btrfs => steps.at(-1)?.after ?? now;

/** SubvolumeSteps that follow others, each for the filesystem as it is then. */
function inTurn(
  now: Btrfs,
  before: readonly SubvolumeStep[],
  makers: readonly ((then: Btrfs) => SubvolumeStep)[],
): readonly SubvolumeStep[] {
  const steps = [...before];
  for (const make of makers) steps.push(make(after(now, steps)));
  return steps;
}

function creating(now: Btrfs, path: string, source?: string): SubvolumeStep {
  const above = pathsTo(path).slice(0, -1).toReversed();
  const parent = above.flatMap((one) => find(now, one) ?? [])[0]?.id ?? TOP;
  const id = Math.min(0, ...now.subvolumes.map((one) => one.id)) - 1;
  return {
    what: `subvolume ${path}`,
    from: null,
    to: source === undefined ? 'present' : `snapshot of ${source}`,
    words: ['subvolume', ...(source === undefined ? ['create'] : ['snapshot', `.${source}`]), `.${path}`],
    after: { ...now, subvolumes: [...now.subvolumes, { id, parent, path }] },
  };
}

const removingSubvolume = (now: Btrfs, { path, id }: Subvolume): SubvolumeStep => ({
  what: `subvolume ${path}`,
  from: 'present',
  to: null,
  words: ['subvolume', 'delete', `.${path}`],
  after: { ...now, subvolumes: now.subvolumes.filter((one) => one.id !== id) },
});

const makingDefault = (now: Btrfs, { path, id }: Subvolume): SubvolumeStep => ({
  what: 'default subvolume',
  from: now.subvolumes.find((one) => one.id === now.defaultId)?.path ?? null,
  to: path,
  words: ['subvolume', 'set-default', `.${path}`],
  after: { ...now, defaultId: id },
});

function presentIn(now: Btrfs, places: ShellAnswer | undefined, task: Task): SubvolumeSteps {
  const path = pathOf(task.name);
  const source = task.snapshot_source === undefined ? undefined : pathOf(task.snapshot_source);
  const own = find(now, path);
  if (source !== undefined && find(now, source) === undefined) return `Source subvolume ${source} doesn't exist`;
  if (own !== undefined && source !== undefined && task.snapshot_conflict === 'error')
    return `Target subvolume=${path} already exists and snapshot_conflict='error'`;
  const steps = own === undefined ? withParents(now, { path, source, places }, task) : again(now, own, source, task);
  if (typeof steps === 'string') return steps;
  const then = after(now, steps);
  const made = find(then, path);
  return task.default && made !== undefined && made.id !== then.defaultId
    ? [...steps, makingDefault(then, made)]
    : steps;
}

/** Replaces a snapshot, if it should be replaced. */
function again(now: Btrfs, own: Subvolume, source: string | undefined, task: Task): SubvolumeSteps {
  if (source === undefined || task.snapshot_conflict !== 'clobber') return [];
  const gone = withChildren(now, own, task);
  return typeof gone === 'string' ? gone : [...gone, creating(after(now, gone), own.path, source)];
}

interface Wanted {
  readonly path: string;
  readonly source: string | undefined;
  readonly places: ShellAnswer | undefined;
}

/** Creates a subvolume and, if it may, those above it. */
function withParents(now: Btrfs, { path, source, places }: Wanted, { recursive }: Task): SubvolumeSteps {
  if (places !== undefined && places.code !== 0) return places.stderr.trim() || 'the filesystem cannot be mounted';
  const kinds = (places?.stdout ?? '').split('\n');
  const found = pathsTo(path).map((one, index) => ({ path: one, kind: kinds[index] }));
  const blocking = found.find((one) => one.kind === 'other' || (one.path === path && one.kind === 'dir'));
  if (blocking !== undefined) return `${blocking.path} is in the way: it exists, but is not a subvolume`;
  const missing = found.filter((one) => one.kind !== 'dir' && find(now, one.path) === undefined && one.path !== path);
  if (missing[0] !== undefined && !recursive)
    return `${missing[0].path} does not exist: create it first, or set \`recursive: true\``;
  return inTurn(
    now,
    [],
    [...missing.map((one) => (then: Btrfs) => creating(then, one.path)), (then) => creating(then, path, source)],
  );
}

function absentIn(now: Btrfs, task: Task): SubvolumeSteps {
  const own = find(now, pathOf(task.name));
  if (own?.id === TOP) return 'the top of a filesystem cannot be removed';
  return own === undefined ? [] : withChildren(now, own, task);
}

/** Removes a subvolume and, if it may, those below it. */
function withChildren(now: Btrfs, own: Subvolume, { recursive }: Task): SubvolumeSteps {
  const below = now.subvolumes.filter(({ path }) => path.startsWith(`${own.path}/`));
  if (below.length > 0 && !recursive)
    return `Subvolume targeted for deletion ${own.path} has children: remove them first, or set \`recursive: true\``;
  const gone = [...below.toSorted((a, b) => b.path.length - a.path.length), own];
  const busy = now.mounts.find(({ id }) => gone.some((one) => one.id === id));
  if (busy !== undefined) return `a subvolume to be removed is mounted at ${busy.target}: unmount it first`;
  const top = find(now, '/');
  const isDefault = gone.some(({ id }) => id === now.defaultId);
  return inTurn(
    now,
    isDefault && top !== undefined ? [makingDefault(now, top)] : [],
    gone.map((one) => (then) => removingSubvolume(then, one)),
  );
}
