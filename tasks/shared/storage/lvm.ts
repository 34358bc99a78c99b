import { type Question, type ShellAnswer, sh, shell, shellAnswer } from '../../../src/sdk.ts';

/** A volume group; its sizes in extents, except for the size of an extent itself. */
export interface VolumeGroup {
  readonly name: string;
  readonly extentBytes: number;
  readonly extents: number;
  readonly free: number;
}

/** A physical volume; `group` is empty if it belongs to none. */
export interface PhysicalVolume {
  /** The device, with all links followed. */
  readonly device: string;
  readonly group: string;
  readonly bytes: number;
  readonly deviceBytes: number;
  readonly startBytes: number;
  readonly extents: number;
  readonly allocated: number;
}

/** A logical volume. */
export interface LogicalVolume {
  readonly group: string;
  readonly name: string;
  readonly bytes: number;
  /** The ten letters of `lvs`. */
  readonly attributes: string;
  readonly origin: string;
  readonly pool: string;
}

/** All that LVM knows on a host. */
export interface Lvm {
  readonly groups: readonly VolumeGroup[];
  readonly devices: readonly PhysicalVolume[];
  readonly volumes: readonly LogicalVolume[];
}

/** The tool that all types about LVM need. */
export const lvmTool = { name: 'lvm', package: 'lvm2' };

/** What a change of anything in LVM concerns. */
export const LVM = 'lvm:';

/** Asks for all volume groups, physical volumes and logical volumes. */
export const askLvm = (): Question<ShellAnswer> =>
  shell({
    ...sh`command -v lvm >/dev/null || exit 127
o='--noheadings --units b --nosuffix --separator |'
g=$(vgs $o -o vg_name,vg_extent_size,vg_extent_count,vg_free_count) || exit
p=$(pvs $o -o pv_name,vg_name,pv_size,dev_size,pe_start,pv_pe_count,pv_pe_alloc_count) || exit
l=$(lvs $o -a -o vg_name,lv_name,lv_size,lv_attr,origin,pool_lv) || exit
printf '%s\n' "$g" | sed -n 's/^ *\([^ ]\)/group|\1/p'
printf '%s\n' "$p" | while IFS='|' read -r d rest; do d=$(printf %s "$d" | sed 's/^ *//'); [ -z "$d" ] || printf 'device|%s|%s\n' "$(readlink -f -- "$d")" "$rest"; done
printf '%s\n' "$l" | sed -n 's/^ *\([^ ]\)/volume|\1/p'`,
    about: [LVM, 'by:package:lvm2'],
  });

/** Reads the answer about LVM. */
export function readLvm({ stdout }: ShellAnswer): Lvm {
  const rows = stdout.split('\n').map((line) => line.trim().split('|'));
  const of = (kind: string) => rows.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  return {
    groups: of('group').map(([name = '', size, extents, free]) => ({
      name,
      extentBytes: Number(size),
      extents: Number(extents),
      free: Number(free),
    })),
    devices: of('device').map(([device = '', group = '', bytes, deviceBytes, start, extents, allocated]) => ({
      device,
      group,
      bytes: Number(bytes),
      deviceBytes: Number(deviceBytes),
      startBytes: Number(start),
      extents: Number(extents),
      allocated: Number(allocated),
    })),
    volumes: of('volume').map(([group = '', name = '', bytes, attributes = '', origin = '', pool = '']) => ({
      group,
      // What belongs to another volume has its name in brackets.
      name: name.replace(/^\[(.*)\]$/, '$1'),
      bytes: Number(bytes),
      attributes,
      origin,
      pool,
    })),
  };
}

/** The answer in which LVM knows this. */
export function writeLvm({ groups, devices, volumes }: Lvm): ShellAnswer {
  const rows = [
    ...groups.map((one) => ['group', one.name, one.extentBytes, one.extents, one.free]),
    ...devices.map((one) => [
      'device',
      one.device,
      one.group,
      one.bytes,
      one.deviceBytes,
      one.startBytes,
      one.extents,
      one.allocated,
    ]),
    ...volumes.map((one) => ['volume', one.group, one.name, one.bytes, one.attributes, one.origin, one.pool]),
  ];
  return shellAnswer(rows.map((row) => `${row.join('|')}\n`).join(''));
}

const POWERS = 'bkmgtpe';

/** A size in bytes: a number with a unit, which LVM takes for a power of 1024 in either case; undefined if it is none. */
export function lvmBytes(text: string, unit: string): number | undefined {
  const [, number, given = ''] = /^(\d+(?:\.\d*)?)([bskmgtpe]?)$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const letter = (given === '' ? unit : given).toLowerCase();
  return letter === 's' ? Number(number) * 512 : Number(number) * 1024 ** POWERS.indexOf(letter);
}

/** A size for people, in the largest unit that shows it without a fraction. */
export function shownBytes(bytes: number): string {
  const power = [4, 3, 2, 1].find((one) => bytes > 0 && bytes % 1024 ** one === 0) ?? 0;
  return power === 0 ? `${bytes} bytes` : `${bytes / 1024 ** power} ${' KMGT'[power]}iB`;
}
