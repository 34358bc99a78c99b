import {
  blurs,
  type Change,
  defineTask,
  type Effect,
  exists,
  nothing,
  type Params,
  predicts,
  type Snapshot,
  type Snapshots,
  type SnapshotsOf,
  sh,
  snapshots,
} from '../src/sdk.ts';

const params = {
  source: {
    type: 'str',
    required: true,
    doc: 'The dataset to send: `dataset`, or `user@host:dataset`, which the host accesses over ssh.',
  },
  target: { type: 'str', required: true, doc: 'The dataset to send to: `dataset` or `user@host:dataset`.' },
  recursive: { type: 'bool', default: false, doc: 'Whether child datasets are sent as well.' },
  skip_parent: { type: 'bool', default: false, doc: 'Whether only child datasets are sent.' },
  exclude: { type: 'list', elements: 'str', default: [], doc: 'Datasets to leave out, as regular expressions.' },
  no_sync_snap: {
    type: 'bool',
    default: false,
    doc: 'Send only existing snapshots; do not create any.',
  },
  no_privilege_elevation: {
    type: 'bool',
    default: false,
    doc: 'Do not use sudo, because `zfs allow` has given the user the necessary permissions.',
  },
  no_rollback: { type: 'bool', default: false, doc: 'Never roll the target back.' },
  no_stream: { type: 'bool', default: false, doc: 'Send only the newest snapshot, not the intermediate ones.' },
  identifier: {
    type: 'str',
    doc: 'A word to put in the names of the snapshots that syncoid creates; needed if a dataset has several targets.',
  },
  compress: { type: 'str', doc: 'The compression for the transfer: lzo, zstd-fast, none, …' },
  source_bwlimit: {
    type: 'str',
    doc: 'The maximum number of bytes per second that the source sends, for example `10M`.',
  },
  sendoptions: { type: 'str', doc: 'Options for `zfs send`.' },
  recvoptions: { type: 'str', doc: 'Options for `zfs receive`.' },
  sshkey: { type: 'path', doc: 'The path of the ssh private key on the host.' },
  sshport: { type: 'int', doc: 'The ssh port on the other machine.' },
  sshoption: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Options for ssh, for example `StrictHostKeyChecking=yes`.',
  },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'syncoid',
  summary: 'Replicate ZFS datasets with syncoid, unless the target already has the newest snapshot.',
  description:
    'Nothing is done if the newest snapshot of each source dataset, identified by its guid, is already on the target. A snapshot that is taken during the transfer is left for the next run. The output of syncoid is shown while it is running.',
  params,
  ask: (given) => ({ source: snapshots(sideOf(given.source, given)), target: snapshots(sideOf(given.target, given)) }),
  thenAsk: ({ target }, given) => {
    const { dataset, ssh } = sideOf(given.target, given);
    const parent = parentOf(dataset);
    return {
      parent:
        target === undefined && parent !== undefined
          ? snapshots({ dataset: parent, recursive: false, ...(ssh && { ssh }) })
          : nothing(),
    };
  },
  plan: ({ source, target, parent }, given) => {
    if (source === undefined) return { failed: `there is no dataset ${given.source}` };
    const behind = datasets(source, given).filter((one) => !hasNewest(one.snapshots, target?.[one.target]?.snapshots));
    const empty = behind.filter((one) => one.snapshots.length === 0);
    if (given.no_sync_snap && empty.length > 0)
      return {
        failed: `${empty.map((one) => one.source).join(', ')} has no snapshot to send, and \`no_sync_snap\` prevents creating one`,
      };
    const refused = homeless(given, target, parent) ?? behind.map((one) => whyRefused(one, target, given)).find(isText);
    if (behind.length > 0 && refused !== undefined) return { failed: refused };
    return { changes: behind.map((one, index) => replicate(one, target, given, behind, index === 0)) };
  },
  reached: (before, now, given) =>
    datasets(before.source ?? {}, given).every(({ source, target, snapshots: wanted }) =>
      wanted.length > 0
        ? hasNewest(wanted, now.target?.[target]?.snapshots)
        : hasOne(now.source?.[source]?.snapshots, now.target?.[target]?.snapshots),
    ),
  result: ({ state: { target } }) => ({
    newest: Object.fromEntries(
      Object.entries(target ?? {}).map(([name, { snapshots }]) => [name, snapshots.at(-1)?.name ?? null]),
    ),
  }),
  returns: { newest: 'The newest snapshot of each dataset on the target.' },
  examples: [
    {
      title: 'Replicate the images',
      yaml: 'syncoid:\n  source: off1operator@10.0.0.2:zfs-hdd/opf\n  target: zfs-hdd/opf\n  recursive: true\n  no_sync_snap: true\n  no_privilege_elevation: true',
      runs: { no: 'a test host has no pool' },
    },
  ],
});

/** A dataset to send, and its destination. */
interface Sending {
  readonly source: string;
  readonly target: string;
  readonly snapshots: readonly Snapshot[];
  readonly bookmarks: readonly string[];
}

const isText = (text: string | undefined): text is string => text !== undefined;

/** The parent of a dataset; undefined for a pool. */
function parentOf(dataset: string): string | undefined {
  const end = dataset.lastIndexOf('/');
  return end === -1 ? undefined : dataset.slice(0, end);
}

/** Why nothing can be received: zfs does not create a dataset whose parent is missing. */
function homeless(given: Given, target: Snapshots, parent: Snapshots): string | undefined {
  if (target !== undefined) return undefined;
  const { dataset } = sideOf(given.target, given);
  const holder = parentOf(dataset);
  if (holder === undefined) return `there is no pool ${given.target}`;
  if (parent === undefined) return `there is no dataset ${holder} to create ${given.target} in`;
  return given.skip_parent
    ? `there is no dataset ${given.target}, and \`skip_parent\` prevents it from being created`
    : undefined;
}

/** Why syncoid refuses to send: it destroys nothing on the target except snapshots that a rollback discards. */
function whyRefused(
  { source, target: name, snapshots, bookmarks }: Sending,
  target: Snapshots,
  given: Given,
): string | undefined {
  const received = target?.[name]?.snapshots;
  if (received === undefined) return undefined;
  const sent = new Set([...snapshots.map(({ guid }) => guid), ...bookmarks]);
  const common = received.findLast(({ guid }) => sent.has(guid));
  if (common === undefined)
    return `${name} exists and has no snapshot in common with ${source}: syncoid refuses to destroy it; destroy or rename it first`;
  const newest = received.at(-1);
  return given.no_rollback && newest !== undefined && newest !== common
    ? `${name} has its own snapshot ${newest.name} after ${common.name}, the last one that it has in common with ${source}: with \`no_rollback\` nothing can be received`
    : undefined;
}

function sideOf(place: string, { recursive, sshkey, sshport, sshoption }: Given): SnapshotsOf {
  const [, destination, dataset = place] = /^([^:/]+@[^:]+):(.+)$/.exec(place) ?? [];
  if (destination === undefined) return { dataset, recursive };
  const options = [
    ...(sshkey === undefined ? [] : ['-i', sshkey]),
    ...(sshport === undefined ? [] : ['-p', String(sshport)]),
    ...sshoption.flatMap((option) => ['-o', option]),
  ];
  return { dataset, recursive, ssh: [...options, destination] };
}

function datasets(source: NonNullable<Snapshots>, given: Given): readonly Sending[] {
  const from = sideOf(given.source, given).dataset;
  const to = sideOf(given.target, given).dataset;
  const excluded = given.exclude.map((pattern) => new RegExp(pattern));
  return Object.entries(source)
    .filter(([name]) => !(given.skip_parent && name === from) && !excluded.some((pattern) => pattern.test(name)))
    .map(([name, { snapshots: list, bookmarks = [] }]) => ({
      source: name,
      target: `${to}${name.slice(from.length)}`,
      snapshots: list,
      bookmarks,
    }));
}

const hasNewest = (sent: readonly Snapshot[], received: readonly Snapshot[] = []): boolean =>
  received.some(({ guid }) => guid === sent.at(-1)?.guid);

const hasOne = (sent: readonly Snapshot[] = [], received: readonly Snapshot[] = []): boolean =>
  sent.some(({ guid }) => received.some((one) => one.guid === guid));

/** Everything below a mountpoint may differ afterwards, except below the mountpoints of other datasets. */
function mounted(dataset: string, target: Snapshots): readonly Effect[] {
  const path = target?.[dataset]?.mountpoint;
  // A new dataset is mounted below its parent's mountpoint, which follows the parent's name unless somebody has changed it.
  if (path === undefined) return [blurs(`dataset:${dataset}`, `path:/${dataset}`)];
  const kept = Object.values(target ?? {}).flatMap(({ mountpoint }) =>
    mountpoint?.startsWith('/') ? [mountpoint] : [],
  );
  return path.startsWith('/') ? [blurs(`path:${path}/*`), ...kept.map((one) => predicts(exists(one), true))] : [];
}

/** A single call of syncoid handles all datasets: the first change carries the command; the others only report. */
function replicate(one: Sending, target: Snapshots, given: Given, all: readonly Sending[], first: boolean): Change {
  const received = target?.[one.target]?.snapshots;
  const common = received?.findLast(({ guid }) => one.snapshots.some((snapshot) => snapshot.guid === guid));
  const to = sideOf(given.target, given);
  return {
    what: `snapshots of ${one.target}`,
    from: received === undefined ? null : (common?.name ?? 'none in common'),
    to: one.snapshots.at(-1)?.name ?? 'a new one',
    commands: first
      ? [{ ...sh`syncoid ${options(given)} ${given.source} ${given.target} </dev/null`, long: true }]
      : [],
    effects: [
      predicts(snapshots(to), {
        ...target,
        ...Object.fromEntries(
          all.map((sent) => [sent.target, { ...target?.[sent.target], snapshots: sent.snapshots }]),
        ),
      }),
      ...mounted(one.target, target),
    ],
  };
}

const options = (given: Given): readonly string[] => [
  ...(['recursive', 'no_sync_snap', 'no_privilege_elevation', 'no_rollback', 'no_stream'] as const).flatMap((name) =>
    given[name] ? [flag(name)] : [],
  ),
  ...(given.skip_parent ? ['--skip-parent'] : []),
  ...given.exclude.map((pattern) => `--exclude=${pattern}`),
  ...(['identifier', 'compress', 'source_bwlimit', 'sendoptions', 'recvoptions', 'sshkey', 'sshport'] as const).flatMap(
    (name) => (given[name] === undefined ? [] : [`${flag(name)}=${given[name]}`]),
  ),
  ...given.sshoption.map((option) => `--sshoption=${option}`),
];

const flag = (name: string): string => `--${name.replaceAll('_', '-')}`;
