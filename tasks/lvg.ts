import {
  blurs,
  type Change,
  defineTask,
  type Effect,
  each,
  nothing,
  optionWords,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
  together,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { aboutSize, askDevice, type Device, foreseeDevice, readDevice } from './shared/storage/device.ts';
import {
  askLvm,
  LVM,
  type Lvm,
  lvmBytes,
  lvmTool,
  type PhysicalVolume,
  readLvm,
  shownBytes,
  type VolumeGroup,
  writeLvm,
} from './shared/storage/lvm.ts';

const params = {
  vg: { type: 'str', required: true, doc: 'The volume group.' },
  pvs: {
    type: 'list',
    elements: 'str',
    doc: 'All devices of the group. They are made physical volumes; devices of the group that are not listed are taken out of it.',
  },
  pesize: {
    type: 'str',
    default: '4',
    doc: 'The size of the extents of a new group, in MiB or with a unit (`k`, `m`, `g`).',
  },
  pv_options: { type: 'str', default: '', doc: 'Additional options for pvcreate.' },
  pvresize: { type: 'bool', default: false, doc: 'Let the physical volumes use all of their devices.' },
  vg_options: { type: 'str', default: '', doc: 'Additional options for vgcreate.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the group should exist.' },
  force: { type: 'bool', default: false, doc: 'Remove the group even if it has logical volumes, which are lost.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.lvg',
  summary: 'Manage an LVM volume group and its devices.',
  description:
    'Requires the `lvm2` package on the host. A device that holds a filesystem or a partition table is refused: erase it first. The size of the extents of an existing group is not changed.',
  params,
  ask: (task) =>
    together({ lvm: askLvm() }, each('on', task.pvs ?? [], askDevice), each('of', task.pvs ?? [], askSize)),
  thenAsk: ({ lvm }, task): { used: Question<ShellAnswer | undefined> } => {
    const volumes = readLvm(lvm).volumes.filter(({ group }) => group === task.vg);
    return { used: task.state === 'absent' && volumes.length > 0 ? askUsed(volumes, task) : nothing() };
  },
  plan(state, task): Plan {
    const failure = unanswered(state.lvm, lvmTool);
    if (failure !== undefined) return { failed: failure };
    const lvm = readLvm(state.lvm);
    const group = lvm.groups.find(({ name }) => name === task.vg);
    if (task.state === 'absent')
      return group === undefined ? { changes: [] } : removingGroup(group, lvm, task, state.used);
    const given = devicesOf(task, state);
    const wrong = refusal(given, lvm, task);
    if (wrong !== undefined) return { failed: wrong };
    return group === undefined ? creating(given, lvm, task) : adjusting(given, { lvm, group, task });
  },
  returns: {},
  examples: [
    {
      title: 'Make a volume group of two disks',
      yaml: 'lvg:\n  vg: data\n  pvs:\n    - /dev/sdb1\n    - /dev/sdc1\n  pesize: 32',
      runs: { no: 'needs disks' },
    },
    {
      title: 'Use a disk that has grown',
      yaml: 'lvg:\n  vg: data\n  pvs: /dev/sdb\n  pvresize: true',
      runs: { no: 'needs a disk' },
    },
  ],
});

/** Asks for a device's size in bytes and its path without links. */
const askSize = (path: string): Question<ShellAnswer> =>
  shell({
    ...sh`d=${tidyPath(path)}
[ -b "$d" ] || exit 0
blockdev --getsize64 "$d" && readlink -f -- "$d"`,
    about: [aboutSize(path), `by:entry:${tidyPath(path)}`],
  });

/** Where the volumes of a group to be removed are in use. */
const askUsed = (volumes: Lvm['volumes'], { vg }: Task): Question<ShellAnswer> =>
  shell({
    ...sh`for d in ${volumes.map(({ name }) => `/dev/${vg}/${name}`)}; do
  r=$(readlink -f -- "$d") && [ -b "$r" ] || continue
  findmnt -rno TARGET -S "$r" | sed "s|^|$d is mounted at |"
  grep -q "^$r[[:space:]]" /proc/swaps && echo "$d is in use as swap"
done
:`,
    about: ['by:mount:*', 'by:swap:*', `by:path:/dev/${vg}`],
  });

/** A device that is given for the group. */
interface Given {
  readonly path: string;
  /** The path with all links followed. */
  readonly device: string;
  readonly bytes: number;
  readonly holds: Device;
}

function devicesOf(
  { pvs = [] }: Task,
  state: Readonly<Record<`on ${string}` | `of ${string}`, ShellAnswer | undefined>>,
): readonly Given[] {
  return pvs.flatMap((path) => {
    const [on, of] = [state[`on ${path}`], state[`of ${path}`]];
    if (on === undefined || of === undefined) return [];
    const [bytes, device = ''] = of.stdout.split('\n');
    return [{ path, device, bytes: Number(bytes), holds: readDevice(on) }];
  });
}

function refusal(given: readonly Given[], { devices }: Lvm, { vg }: Task): string | undefined {
  if (given.length === 0) return 'No physical volumes given.';
  for (const { path, device, holds } of given) {
    if (holds.kind === 'missing') return `Device ${path} not found.`;
    if (holds.kind !== 'device') return `${path} is not a block device`;
    if (!holds.readable) return `${path} cannot be read: this task needs root`;
    const known = devices.find((one) => one.device === device);
    if (known !== undefined && known.group !== '' && known.group !== vg)
      return `Device ${path} is already in ${known.group} volume group.`;
    if (known !== undefined) continue;
    if (holds.used[0] !== undefined) return `${path} ${holds.used[0]}: unmount it first`;
    const content = holds.type === '' && holds.table !== '' ? `a partition table (${holds.table})` : holds.type;
    if (content !== '' && content !== 'LVM2_member')
      return `${path} already holds ${content}: erase it first, for example with \`filesystem\` and \`state: absent\` or with wipefs`;
  }
  return undefined;
}

/** Where extents start in a new physical volume. */
const START = 2 ** 20;

const isNew = ({ device }: Given, { devices }: Lvm): boolean => devices.every((one) => one.device !== device);

/** A physical volume as part of the group. */
function member(one: Given, { devices }: Lvm, group: { readonly name: string; readonly extentBytes: number }) {
  const known = devices.find(({ device }) => device === one.device);
  const startBytes = known?.startBytes ?? START;
  const extents = Math.floor((one.bytes - startBytes) / group.extentBytes);
  const bytes = extents * group.extentBytes;
  return { device: one.device, group: group.name, bytes, deviceBytes: one.bytes, startBytes, extents, allocated: 0 };
}

const pvcreate = (one: Given, { pv_options }: Task) => sh`pvcreate ${optionWords(pv_options)} -f -y ${one.path}`;

/** The effects of a change: on LVM, if they can be computed, and on the devices that become physical volumes. */
const effectsOf = (after: Lvm | undefined, added: readonly Given[]): readonly Effect[] => [
  ...(after === undefined ? [blurs(LVM)] : [predicts(askLvm(), writeLvm(after))]),
  ...added.flatMap(({ path, holds }) => [
    foreseeDevice(path, { kind: holds.kind, type: 'LVM2_member' }),
    blurs(`device:${tidyPath(path)}`),
  ]),
  blurs('path:/dev/disk'),
];

function creating(given: readonly Given[], lvm: Lvm, task: Task): Plan {
  const { vg, pesize, vg_options, pv_options } = task;
  const extentBytes = lvmBytes(pesize, 'm');
  if (extentBytes === undefined || extentBytes <= 0) return { failed: `pesize is not a size: ${pesize}` };
  const members = given.map((one) => member(one, lvm, { name: vg, extentBytes }));
  const extents = members.reduce((sum, one) => sum + one.extents, 0);
  const others = lvm.devices.filter(({ device }) => given.every((one) => one.device !== device));
  const after: Lvm = {
    groups: [...lvm.groups, { name: vg, extentBytes, extents, free: extents }],
    devices: [...others, ...members],
    volumes: lvm.volumes,
  };
  const added = given.filter((one) => isNew(one, lvm));
  const change: Change = {
    what: `volume group ${vg}`,
    from: null,
    to: given.map(({ path }) => path).join(', '),
    commands: [
      ...added.map((one) => pvcreate(one, task)),
      sh`vgcreate ${optionWords(vg_options)} -s ${`${extentBytes}b`} ${vg} ${given.map(({ path }) => path)}`,
    ],
    // Options may change where extents start, and what the group keeps for itself.
    effects: effectsOf(vg_options === '' && pv_options === '' ? after : undefined, added),
  };
  return { changes: [change] };
}

function removingGroup(group: VolumeGroup, lvm: Lvm, { vg, force }: Task, used: ShellAnswer | undefined): Plan {
  const volumes = lvm.volumes.filter((one) => one.group === vg);
  if (volumes.length > 0 && !force)
    return { failed: `Refuse to remove non-empty volume group ${vg} without force=true` };
  const [busy = ''] = (used?.stdout ?? '').split('\n');
  if (busy !== '') return { failed: `${busy}: unmount it first` };
  const left = lvm.devices.map((one) => (one.group === vg ? { ...one, group: '', extents: 0, allocated: 0 } : one));
  const change: Change = {
    what: `volume group ${vg}`,
    from:
      volumes.length === 0
        ? shownBytes(group.extents * group.extentBytes)
        : `${volumes.length} logical volume${volumes.length === 1 ? '' : 's'}`,
    to: null,
    commands: [sh`vgremove --force ${vg}`],
    effects: [
      predicts(
        askLvm(),
        writeLvm({
          groups: lvm.groups.filter(({ name }) => name !== vg),
          // A physical volume in no group has the size of its device.
          devices: left.map((one) => (one.group === '' ? { ...one, bytes: one.deviceBytes } : one)),
          volumes: lvm.volumes.filter((one) => one.group !== vg),
        }),
      ),
      blurs(`path:/dev/${vg}`, `device:/dev/${vg}/*`, 'path:/dev/mapper', 'device:/dev/mapper/*', 'path:/dev/disk'),
    ],
  };
  return { changes: [change] };
}

/** An existing group, and what is wanted of it. */
interface GroupSituation {
  readonly lvm: Lvm;
  readonly group: VolumeGroup;
  readonly task: Task;
}

function adjusting(given: readonly Given[], situation: GroupSituation): Plan {
  const { lvm, group, task } = situation;
  const current = lvm.devices.filter((one) => one.group === group.name);
  const added = given.filter(({ device }) => current.every((one) => one.device !== device));
  const gone = current.filter(({ device }) => given.every((one) => one.device !== device));
  const busy = gone.find(({ allocated }) => allocated > 0);
  if (busy !== undefined)
    return {
      failed: `${busy.device} cannot be taken out of ${group.name}: ${busy.allocated} of its extents are in use. Move them with pvmove, or list the device in \`pvs\``,
    };
  const grown = task.pvresize ? resizing(given, current, situation) : [];
  const more = added.length + gone.length > 0;
  return { changes: [...grown, ...(more ? [exchanging(added, gone, situation)] : [])] };
}

/** The physical volumes that do not use all of their devices. */
function resizing(
  given: readonly Given[],
  current: readonly PhysicalVolume[],
  { lvm, group }: GroupSituation,
): readonly Change[] {
  const all = current.map((one) => {
    const own = given.find(({ device }) => device === one.device);
    const after = own === undefined ? one : { ...member(own, lvm, group), allocated: one.allocated };
    return after.extents > one.extents ? { one, after, path: own?.path ?? one.device } : { one, after: one, path: '' };
  });
  const effects = [
    predicts(
      askLvm(),
      writeLvm(
        replacing(
          lvm,
          group,
          all.map(({ after }) => after),
        ),
      ),
    ),
  ];
  return all
    .filter(({ path }) => path !== '')
    .map(({ one, after, path }) => ({
      what: `physical volume ${path}`,
      from: shownBytes(one.bytes),
      to: shownBytes(after.bytes),
      commands: [sh`pvresize ${path}`],
      effects,
    }));
}

/** LVM with other devices in a group. */
function replacing(lvm: Lvm, group: VolumeGroup, members: readonly PhysicalVolume[]): Lvm {
  const extents = members.reduce((sum, one) => sum + one.extents, 0);
  const allocated = members.reduce((sum, one) => sum + one.allocated, 0);
  const others = lvm.devices.filter(
    (one) => one.group !== group.name && members.every(({ device }) => device !== one.device),
  );
  const left = lvm.devices
    .filter((one) => one.group === group.name && members.every(({ device }) => device !== one.device))
    .map((one) => ({ ...one, group: '', bytes: one.deviceBytes, extents: 0 }));
  return {
    ...lvm,
    groups: lvm.groups.map((one) => (one.name === group.name ? { ...one, extents, free: extents - allocated } : one)),
    devices: [...others, ...left, ...members],
  };
}

function exchanging(
  added: readonly Given[],
  gone: readonly PhysicalVolume[],
  { lvm, group, task }: GroupSituation,
): Change {
  const current = lvm.devices.filter((one) => one.group === group.name);
  const kept = current.filter((one) => !gone.includes(one));
  const fresh = added.filter((one) => isNew(one, lvm));
  const after = replacing(lvm, group, [...kept, ...added.map((one) => member(one, lvm, group))]);
  const names = (devices: readonly string[]) => devices.join(', ');
  return {
    what: `devices of volume group ${group.name}`,
    from: names(current.map(({ device }) => device)),
    to: names([...kept.map(({ device }) => device), ...added.map(({ path }) => path)]),
    commands: [
      ...fresh.map((one) => pvcreate(one, task)),
      ...(added.length === 0 ? [] : [sh`vgextend ${group.name} ${added.map(({ path }) => path)}`]),
      ...(gone.length === 0 ? [] : [sh`vgreduce --force ${group.name} ${gone.map(({ device }) => device)}`]),
    ],
    effects: effectsOf(task.pvresize || task.pv_options !== '' ? undefined : after, fresh),
  };
}
