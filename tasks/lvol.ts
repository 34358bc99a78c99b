import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  each,
  optionWords,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  together,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { aboutSize, askDevice, foreseeDevice, readDevice } from './shared/storage/device.ts';
import {
  askLvm,
  type LogicalVolume,
  LVM,
  type Lvm,
  lvmTool,
  readLvm,
  shownBytes,
  type VolumeGroup,
  writeLvm,
} from './shared/storage/lvm.ts';
import { extentsOf, type Measure, readSize, type WantedSize } from './shared/storage/lvol-size.ts';

const params = {
  vg: { type: 'str', required: true, doc: 'The volume group.' },
  lv: { type: 'str', doc: 'The logical volume; the origin, if `snapshot` is given.' },
  size: {
    type: 'str',
    doc: 'The size, in MiB or with a unit (`g`, `t`, …), or a percentage such as `50%VG`, `100%FREE`, `100%PVS` or, for a snapshot, `10%ORIGIN`. With `+` or `-`, an existing volume grows or shrinks by it every time.',
  },
  opts: { type: 'str', doc: 'Additional options for lvcreate.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the volume should exist.' },
  active: { type: 'bool', default: true, doc: 'Whether the volume should be active, so that its device exists.' },
  force: {
    type: 'bool',
    default: false,
    doc: 'Allow removing or shrinking a volume. **What is on it, or beyond the new size, is lost.**',
  },
  snapshot: { type: 'str', doc: 'The name of a snapshot of `lv`: it is managed instead of `lv`.' },
  pvs: { type: 'list', elements: 'str', doc: 'The physical volumes to use (default: any of the group).' },
  thinpool: {
    type: 'str',
    doc: 'A thin pool: it is managed itself or, if `lv` is given, the thin volume `lv` in it.',
  },
  shrink: { type: 'bool', default: true, doc: 'Shrink the volume (with `force`) if it is larger than `size`.' },
  resizefs: { type: 'bool', default: false, doc: 'Resize the filesystem together with the volume.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.lvol',
  summary: 'Manage an LVM logical volume, snapshot, thin pool or thin volume.',
  description:
    'Requires the `lvm2` package on the host. Sizes are compared in extents. A percentage of `FREE` counts the space that the volume has already, so that `100%FREE` changes nothing once the group is full.',
  params,
  rules: { requiredOneOf: [['lv', 'thinpool']] },
  ask: (task) => together({ lvm: askLvm(), device: askDevice(devicePath(task)) }, each('of', task.pvs ?? [], askReal)),
  plan(state, task): Plan {
    const failure = unanswered(state.lvm, lvmTool);
    if (failure !== undefined) return { failed: failure };
    const lvm = readLvm(state.lvm);
    const group = lvm.groups.find(({ name }) => name === task.vg);
    if (group === undefined)
      return task.state === 'absent' ? { changes: [] } : { failed: `Volume group ${task.vg} does not exist.` };
    const volumes = lvm.volumes.filter((one) => one.group === task.vg);
    const wrong = wrongOthers(volumes, task);
    if (wrong !== undefined) return { failed: wrong };
    const volume = volumes.find(({ name }) => name === managed(task));
    const origin = volumes.find(({ name }) => name === task.lv);
    const devices = (task.pvs ?? []).map((path) => state[`of ${path}`]?.stdout.trim() ?? path);
    const situation = { task, lvm, group, measure: { lvm, group, devices, volume, origin } };
    if (task.state === 'absent')
      return volume === undefined ? { changes: [] } : removingVolume(volume, state.device, situation);
    return volume === undefined ? creating(situation) : adjusting(volume, state.device, situation);
  },
  result: ({ state: { lvm }, params: task }) => {
    const volume = readLvm(lvm).volumes.find(({ group, name }) => group === task.vg && name === managed(task));
    return volume === undefined ? {} : { vg: task.vg, lv: volume.name, size: volume.bytes / 2 ** 20 };
  },
  returns: { vg: 'The volume group.', lv: 'The volume.', size: 'Its size in MiB.' },
  examples: [
    {
      title: 'Use a tenth of a group for a volume',
      yaml: 'lvol:\n  vg: data\n  lv: www\n  size: 10%VG',
      runs: { no: 'needs a volume group' },
    },
    {
      title: 'Let a volume grow together with its filesystem, but never shrink',
      yaml: 'lvol:\n  vg: data\n  lv: www\n  size: 20g\n  resizefs: true\n  shrink: false',
      runs: { no: 'needs a volume group' },
    },
    {
      title: 'Make a snapshot',
      yaml: 'lvol:\n  vg: data\n  lv: www\n  snapshot: before-upgrade\n  size: 1g',
      runs: { no: 'needs a volume' },
    },
  ],
});

/** The name of the volume that the task manages. */
const managed = ({ lv, snapshot, thinpool }: Task): string => snapshot ?? lv ?? thinpool ?? '';

const devicePath = (task: Task): string => `/dev/${task.vg}/${managed(task)}`;

const askReal = (path: string): Question<ShellAnswer> =>
  shell({ ...sh`readlink -f -- ${path}`, about: [`entry:${path}`] });

const isThinPool = ({ attributes }: LogicalVolume): boolean => attributes.startsWith('t');
const isThinVolume = ({ attributes }: LogicalVolume): boolean => attributes.startsWith('V');

/** Why the volumes that this one needs do not allow it. */
function wrongOthers(volumes: readonly LogicalVolume[], { vg, lv, snapshot, thinpool }: Task): string | undefined {
  const named = (name: string | undefined) => volumes.find((one) => one.name === name);
  if (snapshot !== undefined) {
    const origin = named(lv ?? thinpool);
    if (origin === undefined) return `Snapshot origin LV ${lv ?? thinpool} does not exist in volume group ${vg}.`;
    return isThinPool(origin) || thinpool !== undefined ? 'Snapshots of thin pool LVs are not supported.' : undefined;
  }
  if (thinpool === undefined || lv === undefined) return undefined;
  const pool = named(thinpool);
  return pool === undefined ? `Thin pool LV ${thinpool} does not exist in volume group ${vg}.` : undefined;
}

/** What a plan for a volume is derived from. */
interface VolumeSituation {
  readonly task: Task;
  readonly lvm: Lvm;
  readonly group: VolumeGroup;
  readonly measure: Measure;
}

/** What changes with a volume: its devices, and the links to them. */
const devicesOf = (task: Task): Effect =>
  blurs(
    `device:${devicePath(task)}`,
    aboutSize(devicePath(task)),
    `path:${devicePath(task)}`,
    'device:/dev/mapper/*',
    'path:/dev/mapper',
    'path:/dev/disk',
  );

/** Predicts LVM with another state of the volume, which takes this many extents from the group. */
function foreseeVolume(volume: LogicalVolume | undefined, extents: number, { task, lvm }: VolumeSituation): Effect {
  const others = lvm.volumes.filter(({ group, name }) => group !== task.vg || name !== managed(task));
  return predicts(
    askLvm(),
    writeLvm({
      groups: lvm.groups.map((one) => (one.name === task.vg ? { ...one, free: one.free - extents } : one)),
      devices: lvm.devices,
      volumes: volume === undefined ? others : [...others, volume],
    }),
  );
}

/** Whether the volume takes as many extents from its group as it has, and nothing else of it has to be known. */
const isPlain = ({ task, lvm }: VolumeSituation): boolean =>
  task.opts === undefined &&
  task.snapshot === undefined &&
  task.thinpool === undefined &&
  // On several devices, it is not known which one the extents are taken from.
  lvm.devices.filter(({ group }) => group === task.vg).length === 1;

function creating(situation: VolumeSituation): Plan {
  const { task, measure } = situation;
  const { vg, lv, snapshot, thinpool, pvs = [], opts = '' } = task;
  const wanted = task.size === undefined ? undefined : readSize(task.size, snapshot !== undefined);
  if (wanted !== undefined && 'failed' in wanted) return wanted;
  if (wanted?.operator === '-' || (wanted?.operator === '+' && wanted.of === 'ORIGIN'))
    return { failed: `Bad size specification of '${task.size}' for creating LV` };
  const ofThin = snapshot !== undefined && measure.origin !== undefined && isThinVolume(measure.origin);
  if (wanted === undefined && !ofThin) return { failed: 'No size given.' };
  if (thinpool !== undefined && lv !== undefined && wanted?.percent !== undefined)
    return { failed: 'Thin volume sizing with percentage not supported.' };
  const extents = wanted === undefined ? 0 : extentsOf(wanted, measure);
  const room = noRoom(extents, situation);
  if (room !== undefined) return { failed: room };
  const options = ['--yes', ...optionWords(opts)];
  const size = (letter: string) =>
    wanted === undefined ? [] : [`-${wanted.bytes === undefined ? 'l' : letter}`, wanted.text];
  const command = (): Command => {
    if (snapshot !== undefined) return sh`lvcreate ${options} ${size('L')} -s -n ${snapshot} ${`${vg}/${lv}`}`;
    if (thinpool !== undefined && lv !== undefined)
      return sh`lvcreate ${options} -n ${lv} ${size('V')} -T ${`${vg}/${thinpool}`}`;
    if (thinpool !== undefined) return sh`lvcreate ${options} ${size('L')} -T ${`${vg}/${thinpool}`}`;
    return sh`lvcreate ${options} -n ${lv ?? ''} ${size('L')} ${vg} ${pvs}`;
  };
  const change: Change = {
    what: `logical volume ${vg}/${managed(task)}`,
    from: null,
    to: wanted === undefined ? 'present' : shownSize(extents, situation),
    commands: [command()],
    effects: [
      isPlain(situation) ? foreseeVolume(fresh(extents, situation), extents, situation) : blurs(LVM),
      // Old signatures in its place are erased.
      ...(isPlain(situation) && task.active ? [foreseeDevice(devicePath(task), { kind: 'device' })] : []),
      devicesOf(task),
    ],
  };
  return { changes: [change, ...(task.active ? [] : [activation('active', situation)])] };
}

const shownSize = (extents: number, { group }: VolumeSituation): string => shownBytes(extents * group.extentBytes);

const fresh = (extents: number, { task, group }: VolumeSituation): LogicalVolume => ({
  group: task.vg,
  name: managed(task),
  bytes: extents * group.extentBytes,
  attributes: task.active ? '-wi-a-----' : '-wi-------',
  origin: '',
  pool: '',
});

/** The message that the group has too few free extents for so many more; thin volumes need none. */
function noRoom(more: number, { task, group }: VolumeSituation): string | undefined {
  if (task.thinpool !== undefined && task.lv !== undefined) return undefined;
  return more <= group.free
    ? undefined
    : `Volume group ${task.vg} has insufficient free space for ${managed(task)} (${group.free} extents): ${more} required.`;
}

function removingVolume(volume: LogicalVolume, device: ShellAnswer, situation: VolumeSituation): Plan {
  const { task } = situation;
  if (!task.force) return { failed: `Sorry, no removal of logical volume ${volume.name} without force=true.` };
  const [used] = readDevice(device).used;
  if (used !== undefined) return { failed: `${devicePath(task)} ${used}: unmount it first` };
  const dependent = situation.lvm.volumes.some(({ origin, pool }) => origin === volume.name || pool === volume.name);
  const extents = volume.bytes / situation.group.extentBytes;
  const change: Change = {
    what: `logical volume ${task.vg}/${volume.name}`,
    from: shownBytes(volume.bytes),
    to: null,
    commands: [sh`lvremove --force ${`${task.vg}/${volume.name}`}`],
    effects: [
      isPlain(situation) && !dependent && isSimple(volume) ? foreseeVolume(undefined, -extents, situation) : blurs(LVM),
      foreseeDevice(devicePath(task), { kind: 'missing' }),
      devicesOf(task),
    ],
  };
  return { changes: [change] };
}

/** Whether it is neither mirrored nor thin, nor has an origin. */
const isSimple = ({ attributes }: LogicalVolume): boolean => attributes.startsWith('-');

function adjusting(volume: LogicalVolume, device: ShellAnswer, situation: VolumeSituation): Plan {
  const resized = situation.task.size === undefined ? [] : resizing(volume, device, situation);
  if ('failed' in resized) return resized;
  const state = { '-': 'inactive', a: 'active' }[volume.attributes.charAt(4)];
  const wanted = situation.task.active ? 'active' : 'inactive';
  // Another letter means that LVM does not know, because activation is turned off.
  const differs = state !== undefined && state !== wanted;
  return { changes: [...resized, ...(differs ? [activation(state, situation)] : [])] };
}

function activation(from: string, situation: VolumeSituation): Change {
  const { task, lvm } = situation;
  const to = task.active ? 'active' : 'inactive';
  const letter = task.active ? 'a' : '-';
  const volumes = lvm.volumes.map((one) =>
    one.group === task.vg && one.name === managed(task)
      ? { ...one, attributes: `${one.attributes.slice(0, 4)}${letter}${one.attributes.slice(5)}` }
      : one,
  );
  const known = volumes.some((one) => one.group === task.vg && one.name === managed(task));
  return {
    what: `logical volume ${task.vg}/${managed(task)}`,
    from,
    to,
    commands: [sh`lvchange ${task.active ? '-ay' : '-an'} ${`${task.vg}/${managed(task)}`}`],
    effects: [known ? predicts(askLvm(), writeLvm({ ...lvm, volumes })) : blurs(LVM), devicesOf(task)],
  };
}

function resizing(
  volume: LogicalVolume,
  device: ShellAnswer,
  situation: VolumeSituation,
): readonly Change[] | { readonly failed: string } {
  const { task, group, measure } = situation;
  const wanted = readSize(task.size ?? '', task.snapshot !== undefined);
  if ('failed' in wanted) return wanted;
  const now = Math.round(volume.bytes / group.extentBytes);
  const share = extentsOf(wanted, measure);
  const to = { '': share, '+': now + share, '-': now - share }[wanted.operator];
  if (to === now) return [];
  // A snapshot needs no more than its origin, so that it may be smaller than the percentage that it was made with.
  if (to < now && ((!task.shrink && wanted.operator === '') || wanted.of === 'ORIGIN')) return [];
  if (to < 1 && to < now) return { failed: `Sorry, no shrinking of ${volume.name} to 0 permitted.` };
  if (to < now && !task.force) return { failed: `Sorry, no shrinking of ${volume.name} without force=true` };
  const room = noRoom(to - now, situation);
  if (room !== undefined)
    return {
      failed: `Logical Volume ${volume.name} could not be extended. Not enough free space left (${shownSize(to - now, situation)} required / ${shownSize(group.free, situation)} available)`,
    };
  return [resize(wanted, { volume, device, now, to }, situation)];
}

/** A volume that gets another size, in extents. */
interface Resized {
  readonly volume: LogicalVolume;
  readonly device: ShellAnswer;
  readonly now: number;
  readonly to: number;
}

function resize(wanted: WantedSize, { volume, device, now, to }: Resized, situation: VolumeSituation): Change {
  const { task, group } = situation;
  const tool = to > now ? ['lvextend'] : ['lvreduce', '--force'];
  const after = { ...volume, bytes: to * group.extentBytes };
  const plain = isPlain(situation) && isSimple(volume);
  return {
    what: `size of logical volume ${task.vg}/${volume.name}`,
    from: shownSize(now, situation),
    to: shownSize(to, situation),
    commands: [
      {
        ...sh`${tool} ${task.resizefs ? ['--resizefs'] : []} -l ${to} ${`${task.vg}/${volume.name}`} ${task.pvs ?? []}`,
        long: true,
      },
    ],
    effects: [
      plain ? foreseeVolume(after, to - now, situation) : blurs(LVM),
      predicts(askDevice(devicePath(task)), device),
      blurs(`device:${devicePath(task)}`, aboutSize(devicePath(task)), 'device:/dev/mapper/*'),
    ],
    ...(wanted.operator !== '' && { repeats: true as const }),
  };
}
