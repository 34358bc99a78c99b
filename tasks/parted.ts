import {
  blurs,
  type Change,
  defineTask,
  type Effect,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { aboutSize } from './shared/storage/device.ts';
import {
  diskPlace,
  nextNumber,
  type Partition,
  partitionPath,
  readTable,
  sized,
  type Table,
} from './shared/storage/partitions.ts';

const params = {
  device: { type: 'str', required: true, doc: 'The disk.' },
  number: { type: 'int', doc: 'The number of the partition.' },
  state: {
    type: 'str',
    default: 'info',
    choices: ['absent', 'info', 'present'],
    doc: 'Whether the partition should exist; `info` only returns the partition table.',
  },
  label: {
    type: 'str',
    default: 'msdos',
    choices: ['aix', 'amiga', 'bsd', 'dvh', 'gpt', 'loop', 'mac', 'msdos', 'pc98', 'sun'],
    doc: 'The kind of partition table. **A table of another kind is replaced, and its partitions are lost.**',
  },
  part_type: {
    type: 'str',
    default: 'primary',
    choices: ['extended', 'logical', 'primary'],
    doc: 'The type of a new partition in an `msdos` or `dvh` table; in a `gpt` table, its name unless `name` is given.',
  },
  part_start: {
    type: 'str',
    default: '0%',
    doc: 'Where a new partition starts: a number with a unit (`1MiB`, `10%`; default: `unit`), from the end of the disk if negative.',
  },
  part_end: { type: 'str', default: '100%', doc: 'Where it ends.' },
  name: { type: 'str', doc: 'The name of the partition, in tables that have names.' },
  flags: { type: 'list', elements: 'str', doc: 'All flags of the partition, for example `boot` or `lvm`.' },
  fs_type: { type: 'str', doc: 'The kind of filesystem that a new partition is for; none is made.' },
  resize: { type: 'bool', default: false, doc: 'Let an existing partition grow up to `part_end`.' },
  align: {
    type: 'str',
    default: 'optimal',
    choices: ['cylinder', 'minimal', 'none', 'optimal', 'undefined'],
    doc: 'How new partitions are aligned.',
  },
  unit: {
    type: 'str',
    default: 'KiB',
    choices: ['s', 'B', 'KB', 'KiB', 'MB', 'MiB', 'GB', 'GiB', 'TB', 'TiB', '%', 'cyl', 'chs', 'compact'],
    doc: 'The unit of places and sizes in the result, and of those that are given without one.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.parted',
  summary: 'Manage a partition of a disk.',
  description:
    'Requires the `parted` package on the host. Where an existing partition starts and ends is not compared, except with `resize`. parted aligns partitions, so a check knows only roughly where a new one will be, and what later tasks of the check need to know about the disk is unknown.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'present', needs: ['number'] },
      { param: 'state', is: 'absent', needs: ['number'] },
    ],
  },
  ask: (task) => ({ now: askTable(task) }),
  plan({ now }, task): Plan {
    const wrong = refusal(now, task);
    if (wrong !== undefined) return { failed: wrong };
    const told = readTold(now.stdout);
    const table = readTable(told.bytes);
    if (table === undefined) return { failed: `the partition table of ${task.device} cannot be read` };
    const situation = { task, table, used: told.used };
    if (task.state === 'info') return { changes: [] };
    return task.state === 'absent' ? removingPartition(situation) : present(situation);
  },
  result: ({ state: { now }, changes, params: task }) => ({
    partition_info: { ...infoOf(readTable(readTold(now.stdout).shown)), script: scriptOf(changes, task) },
  }),
  returns: { partition_info: 'The disk (`disk`), its partitions (`partitions`), and what parted was told (`script`).' },
  examples: [
    {
      title: 'Use a whole disk for LVM',
      yaml: 'parted:\n  device: /dev/sdb\n  number: 1\n  flags: [lvm]\n  state: present',
      runs: { no: 'needs a disk' },
    },
    {
      title: 'Let the last partition of a disk grow with it',
      yaml: 'parted:\n  device: /dev/sdb\n  number: 1\n  label: gpt\n  part_end: 100%\n  resize: true\n  state: present',
      runs: { no: 'needs a disk' },
    },
  ],
});

/** Prints the table in bytes and in the wanted unit, and what is in use. */
const askTable = ({ device, unit }: Task): Question<ShellAnswer> =>
  shell({
    ...sh`command -v parted >/dev/null || exit 127
d=${tidyPath(device)}
[ -e "$d" ] || { echo ${`Device ${device} not found.`} >&2; exit 1; }
parted -s -m -- "$d" unit B print
echo ---
parted -s -m -- "$d" unit ${unit} print 2>/dev/null
echo ---
for one in $(lsblk -nrpo NAME "$d"); do
  findmnt -rno SOURCE,TARGET -S "$one" || :
  grep "^$one[[:space:]]" /proc/swaps | sed 's/[[:space:]].*/ swap/'
done`,
    about: [`device:${tidyPath(device)}`, 'by:mount:*', 'by:swap:*', 'by:package:parted'],
  });

interface Printed {
  readonly bytes: string;
  readonly shown: string;
  /** The devices that are in use. */
  readonly used: readonly string[];
}

function readTold(stdout: string): Printed {
  const [bytes = '', shown = '', used = ''] = stdout.split(/^---\n/m);
  return { bytes, shown, used: used.split('\n').flatMap((line) => line.split(' ').slice(0, 1)) };
}

function refusal({ code, stdout, stderr }: ShellAnswer, { device }: Task): string | undefined {
  if (code === 127) return missingTool({ name: 'parted', package: 'parted' });
  const { bytes } = readTold(stdout);
  if (readTable(bytes) !== undefined) return undefined;
  return stderr.trim() || bytes.trim() || `the partition table of ${device} cannot be read`;
}

/** What a plan is derived from. */
interface DiskSituation {
  readonly task: Task;
  readonly table: Table;
  readonly used: readonly string[];
}

/** The partition table, the disk's partitions and everything on them change. */
const effectsOf = (device: string): readonly Effect[] => {
  const disk = tidyPath(device);
  return [blurs(`device:${disk}*`, aboutSize(disk), `entry:${disk}*`, 'path:/dev/disk', 'lvm:')];
};

/** A change, and what parted is told to make it. */
interface PartedStep {
  readonly change: Pick<Change, 'what' | 'from' | 'to'>;
  readonly words: readonly string[];
}

/** All changes in one call, so that a table is not written half. */
function changesOf(steps: readonly PartedStep[], { device, align, unit }: Task): readonly Change[] {
  const words = steps.flatMap((step) => step.words);
  const command = sh`parted -s -m -a ${align} -- ${tidyPath(device)} ${['unit', unit, ...words]}
r=$?
udevadm settle 2>/dev/null
exit $r`;
  return steps.map(({ change }, index) => ({
    ...change,
    commands: index === 0 ? [{ ...command, shown: ['parted', device, ...words].join(' ') }] : [],
    effects: effectsOf(device),
  }));
}

/** What parted was told. */
const scriptOf = (changes: readonly Change[], { device, unit }: Task): string =>
  changes
    .flatMap(({ commands }) => commands.map(({ shown = '' }) => shown.replace(`parted ${device} `, `unit ${unit} `)))
    .join(' ');

function removingPartition({ task, table, used }: DiskSituation): Plan {
  const { number = 0, device } = task;
  const own = table.partitions.find((one) => one.number === number);
  if (own === undefined) return { changes: [] };
  const path = partitionPath(tidyPath(device), number);
  if (used.includes(path)) return { failed: `${path} is in use: unmount it first` };
  const change = { what: `partition ${path}`, from: own.size, to: null };
  return { changes: changesOf([{ change, words: ['rm', String(number)] }], task) };
}

function present(situation: DiskSituation): Plan {
  const { task, table, used } = situation;
  const { number = 0, device, label } = task;
  const path = partitionPath(tidyPath(device), number);
  const relabel = table.label !== label;
  const busy = used.find((one) => one.startsWith(tidyPath(device)));
  if (relabel && busy !== undefined)
    return { failed: `${busy} is in use, so that the partition table cannot be replaced` };
  const partitions = relabel ? [] : table.partitions;
  const own = partitions.find((one) => one.number === number);
  const placed = own === undefined ? creating(partitions, situation) : growing(own, situation);
  if ('failed' in placed) return placed;
  const labelled: readonly PartedStep[] = relabel
    ? [
        {
          change: {
            what: `partition table of ${device}`,
            from: table.label === 'unknown' ? null : `${table.label} (${table.partitions.length} partitions)`,
            to: label,
          },
          words: ['mklabel', label],
        },
      ]
    : [];
  const steps = [...labelled, ...placed, ...naming(own, path, task), ...flagging(own, path, task)];
  return { changes: changesOf(steps, task) };
}

/** Places closer together than this are the same: parted aligns to it. */
const TOLERANCE = 2 ** 20;

const place = (text: string, { table, task }: DiskSituation): number | undefined =>
  diskPlace(text, { unit: task.unit, diskBytes: sized(table.size).value, logical: table.logical });

function creating(
  partitions: readonly Partition[],
  situation: DiskSituation,
): readonly PartedStep[] | { readonly failed: string } {
  const { task } = situation;
  const { number = 0, device, label, part_type, part_start, part_end, fs_type } = task;
  const next = nextNumber(label, part_type, partitions);
  if (next !== number) return { failed: `the next partition of ${device} gets the number ${next}, not ${number}` };
  const [start, end] = [place(part_start, situation), place(part_end, situation)];
  if (start !== undefined && end !== undefined && end <= start)
    return { failed: `the partition would end (${part_end}) before it starts (${part_start})` };
  const other = partitions.find(
    (one) =>
      start !== undefined &&
      end !== undefined &&
      part_type !== 'logical' &&
      start + TOLERANCE < sized(one.end).value &&
      end - TOLERANCE > sized(one.begin).value,
  );
  if (other !== undefined)
    return {
      failed: `the range from ${part_start} to ${part_end} overlaps with partition ${other.number} of ${device}`,
    };
  const change = {
    what: `partition ${partitionPath(tidyPath(device), number)}`,
    from: null,
    to: `${label === 'msdos' ? `${part_type} ` : ''}${part_start} to ${part_end}`,
  };
  const kind = fs_type === undefined ? [] : [fs_type];
  return [{ change, words: ['mkpart', part_type, ...kind, part_start, part_end] }];
}

function growing(own: Partition, situation: DiskSituation): readonly PartedStep[] | { readonly failed: string } {
  const { task } = situation;
  const { number = 0, device, part_end } = task;
  const end = place(part_end, situation);
  if (!task.resize || end === undefined) return [];
  const more = end - 1 - sized(own.end).value;
  if (Math.abs(more) <= TOLERANCE) return [];
  const path = partitionPath(tidyPath(device), number);
  if (more < 0)
    return {
      failed: `${path} ends after ${part_end}: parted does not shrink a partition without being asked by a person`,
    };
  const change = { what: `end of partition ${path}`, from: own.end, to: part_end };
  return [{ change, words: ['resizepart', String(number), part_end] }];
}

function naming(own: Partition | undefined, path: string, { name, number }: Task): readonly PartedStep[] {
  if (name === undefined || own?.name === name) return [];
  // parted takes off one pair of quotes.
  const words = ['name', String(number), `"${name.replace(/["\\]/g, '\\$&')}"`];
  return [{ change: { what: `name of partition ${path}`, from: own?.name || null, to: name }, words }];
}

/** parted sets these by itself, for the kind of filesystem that a partition is for. */
const AUTOMATIC = new Set(['lba', 'msftdata', 'swap']);

function flagging(
  own: Partition | undefined,
  path: string,
  { flags, number, label, fs_type }: Task,
): readonly PartedStep[] {
  if (flags === undefined) return [];
  // In a gpt table, both are the same flag.
  const plain = (flag: string) => (label === 'gpt' && flag === 'boot' ? 'esp' : flag);
  const is = new Set((own?.flags ?? []).map(plain));
  const to = new Set(flags.filter((flag) => flag !== '').map(plain));
  const kept = (flag: string) => fs_type !== undefined && AUTOMATIC.has(flag);
  const step = (flag: string, on: boolean): PartedStep => ({
    change: { what: `flag ${flag} of partition ${path}`, from: on ? 'off' : 'on', to: on ? 'on' : 'off' },
    words: ['set', String(number), flag, on ? 'on' : 'off'],
  });
  return [
    ...[...to].filter((flag) => !is.has(flag)).map((flag) => step(flag, true)),
    ...[...is].filter((flag) => !to.has(flag) && !kept(flag)).map((flag) => step(flag, false)),
  ];
}

/** The table as Ansible returns it. */
function infoOf(table: Table | undefined) {
  if (table === undefined) return { disk: {}, partitions: [] };
  const { device, logical, physical, model, label, partitions } = table;
  const size = sized(table.size);
  return {
    disk: {
      dev: device,
      logical_block: logical,
      model,
      physical_block: physical,
      size: size.value,
      table: label,
      unit: size.unit,
    },
    partitions: partitions.map((one) => ({
      begin: sized(one.begin).value,
      end: sized(one.end).value,
      flags: one.flags,
      fstype: one.fstype,
      name: one.name,
      num: one.number,
      size: sized(one.size).value,
      unit: sized(one.begin).unit,
    })),
  };
}
