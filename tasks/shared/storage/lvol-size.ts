import { type LogicalVolume, type Lvm, lvmBytes, type VolumeGroup } from './lvm.ts';

/** A size as Ansible's `lvol` takes it: bytes, or a percentage of something. */
export interface WantedSize {
  readonly operator: '' | '+' | '-';
  readonly bytes?: number;
  readonly percent?: number;
  readonly of?: 'VG' | 'PVS' | 'FREE' | 'ORIGIN';
  /** As given, without the operator; bytes have their unit. */
  readonly text: string;
}

/** Reads a size. */
export function readSize(size: string, isSnapshot: boolean): WantedSize | { readonly failed: string } {
  const operator = size.startsWith('+') || size.startsWith('-') ? (size.charAt(0) as '+' | '-') : '';
  const text = size.slice(operator.length);
  if (!text.includes('%')) {
    const bytes = lvmBytes(text, 'm');
    if (bytes === undefined) return { failed: `Bad size specification of '${text}'` };
    return { operator, bytes, text: /\d\.?$/.test(text) ? `${text}m` : text };
  }
  const [, number, of = ''] = /^(\d+)%(.*)$/.exec(text) ?? [];
  if (number === undefined) return { failed: `Bad size specification of '${text}'` };
  if (Number(number) > 100) return { failed: 'Size percentage cannot be larger than 100%' };
  if (of === 'ORIGIN' && !isSnapshot) return { failed: 'Percentage of ORIGIN supported only for snapshot volumes' };
  if (of !== 'VG' && of !== 'PVS' && of !== 'FREE' && of !== 'ORIGIN')
    return { failed: 'Specify extents as a percentage of VG|PVS|FREE|ORIGIN' };
  return { operator, percent: Number(number), of, text };
}

/** What a size is measured by. */
export interface Measure {
  readonly lvm: Lvm;
  readonly group: VolumeGroup;
  /** The devices that `pvs` lists, with all links followed; empty for all of the group. */
  readonly devices: readonly string[];
  /** The volume, if it exists already. */
  readonly volume?: LogicalVolume | undefined;
  readonly origin?: LogicalVolume | undefined;
}

/** A size in extents, without its operator. A part of the free space counts the space that the volume has already. */
export function extentsOf({ bytes, percent = 0, of, operator }: WantedSize, measure: Measure): number {
  const { lvm, group, devices, volume, origin } = measure;
  const extents = (size: number) => Math.ceil(size / group.extentBytes);
  if (bytes !== undefined) return extents(bytes);
  const own = operator === '' && volume !== undefined ? extents(volume.bytes) : 0;
  const members = lvm.devices.filter(
    (one) => one.group === group.name && (devices.length === 0 || devices.includes(one.device)),
  );
  const sum = (count: (one: (typeof members)[number]) => number) => members.reduce((all, one) => all + count(one), 0);
  const whole = {
    VG: () => group.extents,
    PVS: () => sum((one) => one.extents),
    FREE: () => own + (devices.length === 0 ? group.free : sum((one) => one.extents - one.allocated)),
    ORIGIN: () => extents(origin?.bytes ?? 0),
  }[of ?? 'VG']();
  return Math.floor((percent * whole) / 100);
}
