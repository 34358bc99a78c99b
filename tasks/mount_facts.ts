import { defineTask, each, globPattern, type Params, type Plan, type ShellAnswer, sh, shell } from '../src/sdk.ts';
import { unescaped } from './shared/storage/fstab.ts';

const list = { type: 'list', elements: 'str' } as const;

const params = {
  devices: { ...list, doc: 'Only mounts whose device matches one of these shell patterns.' },
  fstypes: { ...list, doc: 'Only mounts whose type of file system matches one of these shell patterns.' },
  sources: {
    ...list,
    default: ['all'],
    doc: 'Where to look: files such as `/etc/fstab`, `mount` for the program, `dynamic` for what is mounted, `static` for what is configured, or `all`.',
  },
  mount_binary: { type: 'str', default: 'mount', doc: 'The program for the source `mount`.' },
  timeout: { type: 'float', doc: 'How long to wait for each file system that does not respond, in seconds.' },
  on_timeout: {
    type: 'str',
    default: 'error',
    choices: ['error', 'warn', 'ignore'],
    doc: 'What to do if a file system does not respond in that time.',
  },
  include_aggregate_mounts: {
    type: 'bool',
    doc: 'Return all mounts, also several at one mount point; without this parameter, those cause a warning.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.mount_facts',
  summary: 'Gather facts about mounts, also about those that are only configured or that have no device.',
  params,
  ask: (task) => ({ found: shell({ ...sources(task), about: ['mount:*', 'entry:/etc/fstab', 'data:/etc/fstab'] }) }),
  thenAsk: ({ found }, task) => each('size', pointsOf(mountsIn(found, task)), (point) => sizeOf(point, task.timeout)),
  plan(state, task): Plan {
    if (task.timeout !== undefined && task.timeout <= 0)
      return { failed: `argument 'timeout' must be a positive number or null, not ${task.timeout}` };
    if (task.sources.includes('')) return { failed: 'sources contains an empty string' };
    const mounts = mountsIn(state.found, task);
    const late = mounts.filter(({ mount }) => state[`size ${mount}`]?.code === 124).map(lateness);
    if (late[0] !== undefined && task.on_timeout === 'error') return { failed: late[0] };
    const told = mounts.map((one) => ({ ...one, ...numbersIn(state[`size ${one.mount}`]) }));
    const points = Object.fromEntries(told.toReversed().map((one) => [one.mount, one]));
    const warnings = [...(task.on_timeout === 'warn' ? late : []), ...repeatedIn(mounts, task)];
    const all = task.include_aggregate_mounts === true ? told : [];
    return { changes: [], warnings, result: { ansible_facts: { mount_points: points, aggregate_mounts: all } } };
  },
  gives: 'facts',
  factNames: () => ['mount_points', 'aggregate_mounts'],
  returns: { ansible_facts: '`mount_points` by path, and `aggregate_mounts`, a list.' },
  examples: [
    {
      title: 'Find network file systems',
      yaml: "mount_facts:\n  fstypes: ['nfs*', cifs]\n  timeout: 10\n  on_timeout: warn",
    },
    { title: 'Read what is configured', yaml: 'mount_facts:\n  sources: [static]\n  include_aggregate_mounts: false' },
  ],
});

const DYNAMIC = ['/etc/mtab', '/proc/mounts'];
const STATIC = ['/etc/fstab'];

const filesOf = ({ sources }: Task): readonly string[] => [
  ...new Set(
    sources.flatMap((source) => [
      ...(source === 'all' || source === 'dynamic' ? DYNAMIC : []),
      ...(source === 'all' || source === 'static' ? STATIC : []),
      ...(['all', 'dynamic', 'static'].includes(source) ? [] : [source]),
    ]),
  ),
];

/** Prints each source after its name, and first their real paths, by which a source that comes twice is recognized. */
const sources = (task: Task) => sh`export LC_ALL=C
set --; for f in ${filesOf(task).filter((one) => one !== 'mount')}; do [ -f "$f" ] && [ -r "$f" ] && set -- "$@" "$f"; done
[ $# = 0 ] || readlink -f -- "$@"
for f do printf '\036%s\n' "$f"; cat -- "$f"; done
if ${task.sources.includes('mount') ? 'true' : 'false'}; then printf '\036mount\n'; ${task.mount_binary}; fi
printf '\036\n'; [ ! -d /dev/disk/by-uuid ] || find /dev/disk/by-uuid -type l -printf '%f %l\n'`;

const sizeOf = (point: string, timeout: number | undefined) =>
  shell({
    ...(timeout === undefined
      ? sh`stat -f -c '%S %b %a %c %d' -- ${point}`
      : sh`timeout ${String(timeout)} stat -f -c '%S %b %a %c %d' -- ${point}`),
    about: ['mount:*'],
  });

interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly fstype: string;
  readonly options: string;
  readonly dump?: number;
  readonly passno?: number;
  readonly uuid: string | null;
  readonly ansible_context: { readonly source: string; readonly source_data: string };
}

/** The mounts that all sources tell of and that the task asks for, in order. */
function mountsIn({ stdout }: ShellAnswer, task: Task): readonly Mount[] {
  const [paths = '', ...parts] = stdout.split('\x1e');
  const real = paths.split('\n');
  const texts = parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const);
  const uuids = uuidsIn(texts.at(-1)?.[1] ?? '');
  const firsts = texts
    .slice(0, -1)
    .filter((_, index) => index >= real.length - 1 || real.indexOf(real[index] ?? '') === index);
  const wanted = (text: string, patterns: readonly string[] | undefined) =>
    patterns === undefined || patterns.some((one) => globPattern(one).test(text));
  const order = filesOf(task);
  return firsts
    .sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .flatMap(([source, text]) => text.split('\n').flatMap((line) => mountOf(source, line.trim(), uuids) ?? []))
    .filter(({ device, fstype }) => wanted(device, task.devices) && wanted(fstype, task.fstypes));
}

/** The device of each file system by its UUID. */
const uuidsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [uuid, target] = line.split(' ');
      return uuid === undefined || target === undefined ? [] : [[uuid, `/dev/${target.split('/').at(-1)}`] as const];
    }),
  );

function mountOf(source: string, line: string, uuids: ReadonlyMap<string, string>): Mount | undefined {
  const fields = source === 'mount' ? printedFields(line) : line.split(/\s+/).map(unescaped);
  const [given = '', mount, fstype, options, dump, passno] = fields;
  if (line.startsWith('#') || mount === undefined || fstype === undefined || options === undefined) return undefined;
  const own = /^UUID=(.*)$/.exec(given)?.[1];
  const device = own === undefined ? given : (uuids.get(own) ?? given);
  return {
    device,
    mount,
    fstype,
    options,
    ...(dump !== undefined && { dump: Number(dump) }),
    ...(passno !== undefined && { passno: Number(passno) }),
    uuid: own ?? [...uuids].find(([, path]) => path === device)?.[0] ?? null,
    ansible_context: { source, source_data: line },
  };
}

/** A line that `mount` prints. */
const printedFields = (line: string): readonly string[] =>
  /^(\S+) on (\S+) type (\S+) \((.+)\)$/.exec(line)?.slice(1) ?? [];

/** The places whose size can be asked. */
const pointsOf = (mounts: readonly Mount[]): readonly string[] => [
  ...new Set(mounts.map(({ mount }) => mount).filter((point) => point.startsWith('/'))),
];

function numbersIn(answer: ShellAnswer | undefined): Readonly<Record<string, number>> {
  const numbers = answer?.code === 0 ? answer.stdout.trim().split(' ').map(Number) : [];
  const [size, total, available, inodes, free] = numbers;
  if (
    size === undefined ||
    total === undefined ||
    available === undefined ||
    inodes === undefined ||
    free === undefined
  )
    return {};
  return {
    size_total: size * total,
    size_available: size * available,
    block_size: size,
    block_total: total,
    block_available: available,
    block_used: total - available,
    inode_total: inodes,
    inode_available: free,
    inode_used: inodes - free,
  };
}

const lateness = ({ mount, fstype }: Mount): string =>
  `Timed out getting mount size for mount ${mount} (type ${fstype})`;

/** A warning about mount points that come twice in a source, unless the task says whether it wants them. */
function repeatedIn(mounts: readonly Mount[], { include_aggregate_mounts }: Task): readonly string[] {
  if (include_aggregate_mounts !== undefined) return [];
  const seen = new Set<string>();
  const repeated = mounts.filter(({ mount, ansible_context: { source } }) => {
    const key = `${source} ${mount}`;
    const again = seen.has(key);
    seen.add(key);
    return again;
  });
  if (repeated.length === 0) return [];
  const shown = [...new Set(repeated.map(({ mount, ansible_context: { source } }) => `${mount} (${source})`))].join(
    ', ',
  );
  return [`several file systems are mounted at: ${shown}. Only the first of each counts; set include_aggregate_mounts`];
}
