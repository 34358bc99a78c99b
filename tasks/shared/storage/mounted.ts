import { type Question, type ShellAnswer, sh, shell, shellAnswer, tidyPath } from '../../../src/sdk.ts';
import { unescaped } from './fstab.ts';

/** The state of a mount point, as the kernel reports it. */
export interface Mounted {
  readonly folder: 'directory' | 'file' | 'none';
  /** Whether the mounted source is the wanted one. */
  readonly sameSource: boolean;
  /** Whether `mount` supports this filesystem type; some types need a helper. */
  readonly helper: boolean;
  /** Whether the source is in use as swap. */
  readonly swap: boolean;
  /** The number of filesystems mounted there, one on top of the other. */
  readonly layers: number;
  readonly fstype?: string;
  readonly source?: string;
  /** The options of the mount and of its filesystem. */
  readonly options: readonly string[];
}

/** Asks for the filesystem that is mounted at a path. */
export function askMounted(path: string, src: string, fstype: string): Question<ShellAnswer> {
  const device = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]*)"?$/.exec(src);
  const source = device === null ? src : `/dev/disk/by-${(device[1] ?? '').toLowerCase()}/${device[2]}`;
  return shell({
    ...sh`p=${path} s=${source}
if [ -d "$p" ]; then echo directory; elif [ -e "$p" ]; then echo file; else echo none; fi
[ "$s" -ef "$p" ] && echo yes || echo no
case ${fstype} in nfs* | cifs | fuse.* | glusterfs | ceph) command -v ${`mount.${fstype.replace(/^fuse\..*/, 'fuse')}`} >/dev/null && echo yes || echo no ;; *) echo yes ;; esac
r=$(readlink -f -- "$s" 2>/dev/null); grep -q "^\${r:-$s}[[:space:]]" /proc/swaps 2>/dev/null && echo yes || echo no
printf '%s\n' "$r"; (ulimit -t 1; realpath -m -- "$p") || echo # for some links, it would run forever
cat /proc/self/mountinfo`,
    about: [`mount:${tidyPath(path)}`, `inode:${tidyPath(path)}`, `swap:${src}`],
  });
}

/** Parses the answer about the filesystem that is mounted at a path. */
export function readMounted({ stdout }: ShellAnswer, src: string): Mounted {
  const [folder = 'none', sameFile, helper, swap, real = '', path = '', ...table] = stdout.split('\n');
  const rows = table.map(readRow).filter((row) => row?.point === path);
  const top = rows.at(-1);
  const plain = (name: string) => name.replace(/(.)\/+$/, '$1');
  return {
    folder: folder as Mounted['folder'],
    sameSource:
      top !== undefined &&
      (sameFile === 'yes' || plain(top.source) === plain(src) || (real !== '' && top.source === real)),
    helper: helper !== 'no',
    swap: swap === 'yes',
    layers: rows.length,
    options: top?.options ?? [],
    ...(top === undefined ? {} : { fstype: top.fstype, source: top.source }),
  };
}

interface Row {
  readonly point: string;
  readonly fstype: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Parses a line of mountinfo: `36 35 98:0 /root /point opts [tags] - fstype source superopts`. */
function readRow(line: string): Row | undefined {
  const [left = '', right] = line.split(' - ');
  const [, , , , point = '', options = ''] = left.split(' ');
  if (right === undefined) return undefined;
  const [fstype = '', source = '', more = ''] = right.split(' ');
  // The `ro` of the mount takes precedence over that of its filesystem.
  const own = options.split(',');
  const rest = more.split(',').filter((one) => one !== 'rw' && (one !== 'ro' || !own.includes('ro')));
  return { point: unescaped(point), fstype, source: unescaped(source), options: [...own, ...rest.map(unescaped)] };
}

/** The expected answer about a mount point after a change. */
export function foreseenMount(
  { stdout }: ShellAnswer,
  now: Partial<{ folder: string; swap: boolean; row: { fstype: string; source: string; options: string } }>,
): ShellAnswer {
  const [folder, , helper, swap, real = '', path = ''] = stdout.split('\n');
  const isSwap = now.swap ? 'yes' : 'no';
  const head = [now.folder ?? folder, 'no', helper, now.swap === undefined ? swap : isSwap, real, path];
  const row =
    now.row === undefined
      ? []
      : [`0 0 0:0 / ${escapedPoint(path)} ${now.row.options} - ${now.row.fstype} ${now.row.source} rw`];
  return shellAnswer([...head, ...row, ''].join('\n'));
}

const escapedPoint = (path: string): string => path.replaceAll('\\', '\\134').replaceAll(' ', '\\040');

const flags = ['noexec', 'nosuid', 'nodev', 'noatime', 'nodiratime', 'sync', 'dirsync'];
const implied = ['user', 'users', 'owner', 'group'];

/** Options that are wanted but not in effect, or in effect but not wanted; only those that the kernel reports. */
export function differingOptions(wanted: string, told: readonly string[]): readonly string[] {
  const options = wanted.split(',').filter((one) => one !== '');
  const has = (name: string) => options.includes(name);
  const byUser = options.some((one) => implied.includes(one));
  const readOnly = has('ro') === told.includes('ro') ? [] : [has('ro') ? 'ro' : 'rw'];
  const flagged = flags.flatMap((flag) => {
    if (has(flag)) return told.includes(flag) ? [] : [flag];
    return told.includes(flag) && !byUser && flag !== 'nodiratime' ? [flag.replace(/^no/, '')] : [];
  });
  const valued = options.flatMap((option) => {
    const [name = '', value] = option.split('=');
    const is = told.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    if (value === undefined || is === undefined || name.startsWith('x-') || value.endsWith('%')) return [];
    return plainValue(name, value) === plainValue(name, is) ? [] : [option];
  });
  return [...readOnly, ...flagged, ...valued];
}

/** Normalizes a value: sizes in bytes, modes without leading zeros. */
function plainValue(name: string, value: string): string {
  if (name === 'mode') return value.replace(/^0+(?=.)/, '');
  const [, digits, unit] = /^(\d+)([kmgKMG])$/.exec(value) ?? [];
  if (digits === undefined || unit === undefined) return value;
  return String(Number(digits) * 1024 ** ('kmg'.indexOf(unit.toLowerCase()) + 1));
}
