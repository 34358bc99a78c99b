import {
  type Effect,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  tidyPath,
} from '../../../src/sdk.ts';

/** What is on a block device, or in a file that is used as one. */
export interface Device {
  readonly kind: 'device' | 'file' | 'other' | 'missing';
  /** The filesystem as blkid calls it (`LVM2_member` for a physical volume); empty if it finds none. */
  readonly type: string;
  /** The type of the partition table; empty if there is none. */
  readonly table: string;
  /** Where it is mounted, or that it is in use as swap. */
  readonly used: readonly string[];
  readonly readable: boolean;
}

/** What a task that reads or changes a device is about. */
export const aboutDevice = (path: string): readonly string[] => [
  `device:${tidyPath(path)}`,
  `by:entry:${tidyPath(path)}`,
];

/** The subject of a device's size, which does not change with what is on it. */
export const aboutSize = (path: string): string => `device:${tidyPath(path)}/size`;

/** Asks what is on a device. A file may be in use through a loop device. */
export const askDevice = (path: string): Question<ShellAnswer> =>
  shell({
    ...sh`d=${tidyPath(path)}
[ -e "$d" ] || { echo kind missing; exit; }
if [ -b "$d" ]; then echo kind device; elif [ -f "$d" ]; then echo kind file; else echo kind other; exit; fi
[ -r "$d" ] || { echo unreadable yes; exit; }
blkid -c /dev/null -o export -s TYPE -s PTTYPE -- "$d" | sed -n 's/^\(TYPE\|PTTYPE\)=/\1 /p'
r=$(readlink -f -- "$d")
if [ -f "$r" ]; then l=$(losetup -nO NAME -j "$r" 2>/dev/null); else l=; fi
for one in "$r" $l; do
  findmnt -rno TARGET -S "$one" | sed 's/^/used is mounted at /'
  grep -q "^$one[[:space:]]" /proc/swaps 2>/dev/null && echo used is in use as swap
done
:`,
    about: [...aboutDevice(path), 'by:mount:*', 'by:swap:*'],
  });

/** Reads the answer about a device. */
export function readDevice({ stdout }: ShellAnswer): Device {
  const lines = stdout.split('\n');
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const kind = all('kind')[0];
  return {
    kind: kind === 'device' || kind === 'file' || kind === 'other' ? kind : 'missing',
    type: all('TYPE')[0] ?? '',
    table: all('PTTYPE')[0] ?? '',
    used: all('used'),
    readable: all('unreadable').length === 0,
  };
}

/** Predicts what is on a device. */
export function foreseeDevice(path: string, { kind, type = '' }: Pick<Device, 'kind'> & Partial<Device>): Effect {
  const stdout = `kind ${kind}\n${type === '' ? '' : `TYPE ${type}\n`}`;
  return predicts(askDevice(path), shellAnswer(stdout));
}
