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
    const work = new Work(all, filesystem, task);
    const failed = task.state === 'present' ? presentIn(work, places, task) : absentIn(work, task);
    if (failed !== undefined) return { failed };
    const repeats = task.snapshot_source !== undefined && task.snapshot_conflict === 'clobber';
    return { changes: work.changes.map((change) => (repeats ? { ...change, repeats } : change)) };
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

/** The changes of a task, and the filesystem after them. */
class Work {
  readonly changes: Change[] = [];
  readonly #all: readonly Btrfs[];
  readonly #automount: boolean;
  now: Btrfs;

  constructor(all: readonly Btrfs[], filesystem: Btrfs, { automount }: Task) {
    this.#all = all;
    this.#automount = automount;
    this.now = filesystem;
  }

  find(path: string): Subvolume | undefined {
    return this.now.subvolumes.find((one) => one.path === path);
  }

  /** Adds a change that leaves the filesystem like this. */
  add(change: Pick<Change, 'what' | 'from' | 'to'>, words: readonly string[], after: Partial<Btrfs>): void {
    this.now = { ...this.now, ...after };
    const all = this.#all.map((one) => (one.uuid === this.now.uuid ? this.now : one));
    this.changes.push({
      ...change,
      commands: [inBtrfs(this.now, words)],
      effects: [
        predicts(askBtrfs(this.#automount), writeBtrfs(all)),
        blurs(...this.now.mounts.map(({ target }) => `path:${target}`)),
      ],
    });
  }

  create(path: string, source?: string): void {
    const above = pathsTo(path).slice(0, -1).toReversed();
    const parent = above.flatMap((one) => this.find(one) ?? [])[0]?.id ?? TOP;
    const id = Math.min(0, ...this.now.subvolumes.map((one) => one.id)) - 1;
    const words = source === undefined ? ['create', `.${path}`] : ['snapshot', `.${source}`, `.${path}`];
    this.add(
      { what: `subvolume ${path}`, from: null, to: source === undefined ? 'present' : `snapshot of ${source}` },
      ['subvolume', ...words],
      { subvolumes: [...this.now.subvolumes, { id, parent, path }] },
    );
  }

  remove({ path, id }: Subvolume): void {
    this.add({ what: `subvolume ${path}`, from: 'present', to: null }, ['subvolume', 'delete', `.${path}`], {
      subvolumes: this.now.subvolumes.filter((one) => one.id !== id),
    });
  }

  makeDefault({ path, id }: Subvolume): void {
    const from = this.now.subvolumes.find((one) => one.id === this.now.defaultId)?.path ?? null;
    if (this.now.defaultId !== id)
      this.add({ what: 'default subvolume', from, to: path }, ['subvolume', 'set-default', `.${path}`], {
        defaultId: id,
      });
  }
}

function presentIn(work: Work, places: ShellAnswer | undefined, task: Task): string | undefined {
  const path = pathOf(task.name);
  const source = task.snapshot_source === undefined ? undefined : pathOf(task.snapshot_source);
  const own = work.find(path);
  if (source !== undefined && work.find(source) === undefined) return `Source subvolume ${source} doesn't exist`;
  if (own !== undefined && source !== undefined && task.snapshot_conflict === 'error')
    return `Target subvolume=${path} already exists and snapshot_conflict='error'`;
  if (own !== undefined && source !== undefined && task.snapshot_conflict === 'clobber') {
    const failed = removeWith(work, own, task);
    if (failed !== undefined) return failed;
    work.create(path, source);
  } else if (own === undefined) {
    const failed = createWith(work, { path, source, places }, task);
    if (failed !== undefined) return failed;
  }
  const made = work.find(path);
  if (task.default && made !== undefined) work.makeDefault(made);
  return undefined;
}

interface Wanted {
  readonly path: string;
  readonly source: string | undefined;
  readonly places: ShellAnswer | undefined;
}

/** Creates a subvolume and, if it may, those above it. */
function createWith(work: Work, { path, source, places }: Wanted, { recursive }: Task): string | undefined {
  if (places !== undefined && places.code !== 0) return places.stderr.trim() || 'the filesystem cannot be mounted';
  const kinds = (places?.stdout ?? '').split('\n');
  const steps = pathsTo(path).map((one, index) => ({ path: one, kind: kinds[index] }));
  const blocking = steps.find((one) => one.kind === 'other' || (one.path === path && one.kind === 'dir'));
  if (blocking !== undefined) return `${blocking.path} is in the way: it exists, but is not a subvolume`;
  const missing = steps.filter((one) => one.kind !== 'dir' && work.find(one.path) === undefined && one.path !== path);
  if (missing[0] !== undefined && !recursive)
    return `${missing[0].path} does not exist: create it first, or set \`recursive: true\``;
  for (const one of missing) work.create(one.path);
  work.create(path, source);
  return undefined;
}

function absentIn(work: Work, task: Task): string | undefined {
  const own = work.find(pathOf(task.name));
  if (own?.id === TOP) return 'the top of a filesystem cannot be removed';
  return own === undefined ? undefined : removeWith(work, own, task);
}

/** Removes a subvolume and, if it may, those below it. */
function removeWith(work: Work, own: Subvolume, { recursive }: Task): string | undefined {
  const below = work.now.subvolumes.filter(({ path }) => path.startsWith(`${own.path}/`));
  if (below.length > 0 && !recursive)
    return `Subvolume targeted for deletion ${own.path} has children: remove them first, or set \`recursive: true\``;
  const gone = [...below.toSorted((a, b) => b.path.length - a.path.length), own];
  const busy = work.now.mounts.find(({ id }) => gone.some((one) => one.id === id));
  if (busy !== undefined) return `a subvolume to be removed is mounted at ${busy.target}: unmount it first`;
  const top = work.find('/');
  if (top !== undefined && gone.some(({ id }) => id === work.now.defaultId)) work.makeDefault(top);
  for (const one of gone) work.remove(one);
  return undefined;
}
