import {
  blurs,
  type Change,
  defineTask,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { askLvm, LVM, type Lvm, lvmTool, readLvm, writeLvm } from './shared/storage/lvm.ts';

export default defineTask({
  name: 'community.general.lvg_rename',
  summary: 'Give an LVM volume group another name.',
  description:
    'Requires the `lvm2` package on the host. Entries in /etc/fstab and options of the boot loader keep the old name.',
  params: {
    vg: { type: 'str', required: true, doc: 'The name or the UUID of the volume group.' },
    vg_new: { type: 'str', required: true, doc: 'Its new name.' },
  },
  ask: () => ({ lvm: askLvm(), uuids: askUuids }),
  plan({ lvm, uuids }, { vg, vg_new }): Plan {
    const failure = unanswered(lvm, lvmTool);
    if (failure !== undefined) return { failed: failure };
    const now = readLvm(lvm);
    const old = nameOf(vg, uuids);
    const has = (name: string): boolean => now.groups.some((group) => group.name === name);
    if (old === vg_new || (!has(old) && has(vg_new))) return { changes: [] };
    if (!has(old)) return { failed: `Both current (${vg}) and new (${vg_new}) VG are missing.` };
    if (has(vg_new)) return { failed: `The new VG name (${vg_new}) is already in use.` };
    if (!/^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/.test(vg_new))
      return { failed: `${vg_new} is not a name for a volume group` };
    const change: Change = {
      what: 'volume group',
      from: old,
      to: vg_new,
      commands: [sh`vgrename ${vg} ${vg_new} >/dev/null`],
      effects: [
        // Of two groups with the same name, only one gets the new one.
        ...(now.groups.filter((group) => group.name === old).length > 1
          ? [blurs(LVM)]
          : [
              predicts(askLvm(), writeLvm(renamed(now, { vg, old, to: vg_new }))),
              predicts(askUuids, { ...uuids, stdout: renamedUuids(uuids, { vg, old, to: vg_new }) }),
            ]),
        ...[old, vg_new].map((name) => blurs(`path:/dev/${name}`, `device:/dev/${name}/*`)),
        blurs('path:/dev/mapper', 'device:/dev/mapper/*', 'path:/dev/disk'),
      ],
    };
    return { changes: [change] };
  },
  returns: {},
  examples: [
    { title: 'Rename a volume group', yaml: 'lvg_rename:\n  vg: data\n  vg_new: archive', runs: { no: 'needs disks' } },
    {
      title: 'Rename one of two groups that have the same name',
      yaml: 'community.general.lvg_rename:\n  vg: SNgd0Q-rPYa-dPB8-U1g6-4WZI-qHID-N7y9Vj\n  vg_new: archive',
      runs: { no: 'needs disks' },
    },
  ],
});

/** Asks for the UUIDs of all volume groups. */
const askUuids: Question<ShellAnswer> = shell({
  ...sh`command -v lvm >/dev/null || exit 127
vgs --noheadings -o vg_uuid,vg_name`,
  about: [LVM, 'by:package:lvm2'],
});

const rowsOf = ({ stdout }: ShellAnswer): readonly (readonly string[])[] =>
  stdout.split('\n').map((line) => line.trim().split(/\s+/));

/** The name of a group that is given by its name or its UUID. */
const nameOf = (vg: string, uuids: ShellAnswer): string => rowsOf(uuids).find(([uuid]) => uuid === vg)?.[1] ?? vg;

const renamedUuids = (uuids: ShellAnswer, { vg, old, to }: Renaming): string =>
  rowsOf(uuids)
    .map(([uuid = '', name = '']) => `${uuid} ${name === old && (vg === old || vg === uuid) ? to : name}\n`)
    .join('');

interface Renaming {
  /** The name or the UUID. */
  readonly vg: string;
  readonly old: string;
  readonly to: string;
}

const renamed = ({ groups, devices, volumes }: Lvm, { old, to }: Renaming): Lvm => ({
  groups: groups.map((one) => (one.name === old ? { ...one, name: to } : one)),
  devices: devices.map((one) => (one.group === old ? { ...one, group: to } : one)),
  volumes: volumes.map((one) => (one.group === old ? { ...one, group: to } : one)),
});
