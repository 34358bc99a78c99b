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
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { askTool, toolMissing } from './shared/commands/tool.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { aboutDevice, aboutSize, askDevice, type Device, foreseeDevice, readDevice } from './shared/storage/device.ts';
import { FILESYSTEMS, type Filesystem, type Growth } from './shared/storage/filesystems.ts';

const params = {
  dev: {
    type: 'path',
    required: true,
    aliases: ['device'],
    doc: 'The block device, or a file that is used as one.',
  },
  fstype: {
    type: 'str',
    aliases: ['type'],
    choices: [
      'btrfs',
      'ext2',
      'ext3',
      'ext4',
      'ext4dev',
      'f2fs',
      'lvm',
      'ocfs2',
      'reiserfs',
      'swap',
      'ufs',
      'vfat',
      'xfs',
    ],
    doc: 'The filesystem; `lvm` makes a physical volume. `ufs` exists only on BSD systems and is refused.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether there should be a filesystem; `absent` erases the signatures of the present one, whichever it is.',
  },
  force: {
    type: 'bool',
    default: false,
    doc: 'Make the filesystem every time, even if there is one already. **Everything on the device is lost.**',
  },
  resizefs: {
    type: 'bool',
    default: false,
    doc: 'Let a filesystem that is smaller than its device grow. btrfs and xfs must be mounted for that.',
  },
  opts: { type: 'str', doc: 'Options for the program that makes the filesystem.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.filesystem',
  summary: 'Make a filesystem, swap space or a physical volume on a device, or let it grow.',
  description:
    'What blkid finds on the device decides. Without `force`, a device that holds something else is refused. A partition table does not count: it is replaced. Options of an existing filesystem are not compared. A device that is mounted or in use is never overwritten.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['fstype'] }] },
  ask: (task): { device: Question<ShellAnswer>; tool: Question<ShellAnswer | undefined> } => {
    const kind = filesystemOf(task);
    return { device: askDevice(task.dev), tool: kind === undefined ? nothing() : askTool(kind.maker) };
  },
  thenAsk({ device }, task): { sizes: Question<ShellAnswer | undefined> } {
    const growth = filesystemOf(task)?.growth;
    const grows = task.resizefs && growth !== undefined && isWanted(readDevice(device), task);
    return { sizes: grows ? askSizes(task.dev, growth) : nothing() };
  },
  plan({ device, tool, sizes }, task): Plan {
    const now = readDevice(device);
    const { dev, state, fstype = '' } = task;
    if (state === 'absent') return wiping(now, task);
    const kind = filesystemOf(task);
    if (kind === undefined) return { failed: `there is no ${fstype} on Linux` };
    if (now.kind === 'missing') return { failed: `Device ${dev} not found.` };
    const wrong = unusable(now, task);
    if (wrong !== undefined) return { failed: wrong };
    if (isWanted(now, task) && task.resizefs) return growing(device, sizes, task);
    if (isWanted(now, task) && !task.force) return { changes: [] };
    if (now.type !== '' && !task.force)
      return { failed: `'${dev}' is already used as ${now.type}, use force=true to overwrite` };
    const lacks = toolMissing(tool, kind.maker);
    if (lacks !== undefined) return { failed: lacks };
    if (now.used[0] !== undefined) return { failed: inUse(now, task) };
    return { changes: [making(now, kind, task)] };
  },
  returns: {},
  examples: [
    {
      title: 'Make a filesystem on a data disk',
      yaml: 'filesystem:\n  dev: /dev/sdb1\n  fstype: ext4\n  opts: -L data -m 1',
      runs: { no: 'needs a disk' },
    },
    {
      title: 'Make the filesystem use a volume that has grown',
      yaml: 'filesystem:\n  dev: /dev/vg0/data\n  fstype: xfs\n  resizefs: true',
      runs: { no: 'needs a volume' },
    },
    {
      title: 'Erase the filesystem on a device',
      yaml: 'filesystem:\n  dev: /dev/sdb1\n  state: absent',
    },
  ],
});

const filesystemOf = ({ fstype, state }: Task): Filesystem | undefined =>
  state === 'present' && fstype !== undefined ? FILESYSTEMS[fstype] : undefined;

/** The path, which no program takes for an option. */
const pathOf = ({ dev }: Task): string => (dev.startsWith('-') ? `./${dev}` : tidyPath(dev));

const toldAs = (fstype: string): string => FILESYSTEMS[fstype]?.told ?? fstype;

const isWanted = ({ type }: Device, { fstype }: Task): boolean => fstype !== undefined && type === toldAs(fstype);

const inUse = ({ used }: Device, { dev }: Task): string => `${dev} ${used[0]}: unmount it first`;

function unusable({ kind, readable }: Device, { dev }: Task): string | undefined {
  if (kind === 'other') return `${dev} is neither a block device nor a file`;
  return readable ? undefined : `${dev} cannot be read: this task needs root`;
}

/** What is there, as told to people. */
const shown = ({ type, table }: Device): string | null => {
  if (type !== '') return type;
  return table === '' ? null : `partition table (${table})`;
};

/** What else changes with the content of a device: the file, the links to it by label and UUID, and the volume groups it belongs to. */
const alsoChanged = (now: Device, { dev, fstype }: Task) =>
  blurs(
    `device:${tidyPath(dev)}`,
    `data:${tidyPath(dev)}`,
    'path:/dev/disk',
    ...([now.type, toldAs(fstype ?? '')].includes('LVM2_member') ? ['lvm:*'] : []),
  );

function making(now: Device, kind: Filesystem, task: Task): Change {
  const { dev, fstype = '', opts = '' } = task;
  const again = isWanted(now, task);
  return {
    what: `filesystem on ${dev}`,
    from: shown(now),
    to: again ? `${fstype}, made again` : fstype,
    commands: [
      {
        ...sh`LC_ALL=C ${kind.maker.name} ${kind.force} ${opts.split(/\s+/).filter((one) => one !== '')} ${pathOf(task)}`,
        long: true,
      },
    ],
    effects: [foreseeDevice(dev, { kind: now.kind, type: toldAs(fstype) }), alsoChanged(now, task)],
    // With `force`, it is made each time.
    ...(task.force && { repeats: true as const }),
  };
}

function wiping(now: Device, task: Task): Plan {
  if (now.kind === 'missing') return { changes: [] };
  const wrong = unusable(now, task);
  if (wrong !== undefined) return { failed: wrong };
  if (now.type === '') return { changes: [] };
  if (now.used[0] !== undefined) return { failed: inUse(now, task) };
  const change: Change = {
    what: `filesystem on ${task.dev}`,
    from: now.type,
    to: null,
    commands: [sh`wipefs --all -- ${pathOf(task)} >/dev/null`],
    effects: [foreseeDevice(task.dev, { kind: now.kind }), alsoChanged(now, task)],
  };
  return { changes: [change] };
}

/** Asks for the sizes of a device and of the filesystem on it. */
const askSizes = (dev: string, { tool, show }: Growth): Question<ShellAnswer> =>
  shell({
    ...sh`command -v ${tool.name} >/dev/null || exit 127
d=${tidyPath(dev)}
if [ -b "$d" ]; then blockdev --getsize64 "$d"; else stat -Lc %s -- "$d"; fi || exit
LC_ALL=C ${show(tidyPath(dev))}`,
    about: [...aboutDevice(dev), `by:${aboutSize(dev)}`, `by:package:${tool.package}`, 'by:mount:*'],
  });

/** The answer once the filesystem uses the whole device. */
const GROWN = 'whole';

function growing(device: ShellAnswer, sizes: ShellAnswer | undefined, task: Task): Plan {
  const { dev, fstype = '' } = task;
  const growth = FILESYSTEMS[fstype]?.growth;
  if (growth === undefined || sizes === undefined)
    return { failed: `module does not support resizing ${fstype} filesystem yet` };
  if (sizes.code === 127) return { failed: missingTool(growth.tool) };
  if (sizes.code !== 0) return { failed: sizes.stderr.trim() || `the size of ${dev} cannot be found out` };
  const [bytes = '', ...rest] = sizes.stdout.split('\n');
  const told = rest.join('\n');
  const unused = told === GROWN ? 0 : growth.unused(Number(bytes), told);
  if (unused === undefined) return { failed: `the size of the ${fstype} filesystem on ${dev} cannot be found out` };
  if (unused <= 0) return { changes: [], result: { msg: `${fstype} filesystem is using the whole device ${dev}` } };
  const mounted = readDevice(device)
    .used.find((one) => one.startsWith(MOUNTED))
    ?.slice(MOUNTED.length);
  if (growth.mounted === true && mounted === undefined)
    return { failed: `${dev} needs to be mounted for ${fstype} operations` };
  const change: Change = {
    what: `size of the filesystem on ${dev}`,
    from: `${Number(bytes) - unused}`,
    to: bytes,
    commands: [{ ...growth.command(pathOf(task), unescapedPath(mounted ?? ''), told), long: true }],
    effects: [
      predicts(askSizes(dev, growth), { ...sizes, stdout: `${bytes}\n${GROWN}` }),
      blurs(`device:${tidyPath(dev)}`, `data:${tidyPath(dev)}`, ...(fstype === 'lvm' ? ['lvm:*'] : [])),
      predicts(askDevice(dev), device),
    ],
  };
  return { changes: [change] };
}

const MOUNTED = 'is mounted at ';

/** A path as findmnt prints it. */
const unescapedPath = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
