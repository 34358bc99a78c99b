import { type Parts, partLines, partText } from '../../../core/facts/parts.ts';
import type { Unmanaged, WantedTask } from '../thing.ts';

interface Mounted {
  readonly path: string;
  readonly src: string;
  readonly fstype: string;
}

/** Filesystems of the kernel and of programs that mount for themselves. */
const NOT_LOOKED_AT =
  /^(proc|sysfs|devtmpfs|devpts|cgroup2?|mqueue|hugetlbfs|tracefs|debugfs|securityfs|pstore|bpf|configfs|fusectl|fuse\.lxcfs|binfmt_misc|ramfs|autofs|rpc_pipefs|nsfs|efivarfs|zfs|squashfs|overlay|fuse\.\w+fs-fuse)$/;

/** Mounts that neither fstab nor a unit declares, and filesystems in fstab that an installer does not write. */
export function mounts(parts: Parts): readonly Unmanaged[] {
  const declared = new Set([...unitsWithFile(parts), ...fstab(parts).map(({ path }) => path)]);
  const seen = new Map(readMounts(parts).map((one) => [one.path, one]));
  return [
    ...[...seen.values()]
      .filter(
        ({ path, fstype }) =>
          !declared.has(path) &&
          !NOT_LOOKED_AT.test(fstype) &&
          !/^\/($|proc\/|sys\/|dev(\/|$)|run(\/|$)|sys$|proc$)/.test(path),
      )
      .filter(({ path, fstype }) => !(fstype === 'tmpfs' && path === '/tmp'))
      .map((one) =>
        thing(one, `${one.src} (${one.fstype}) is mounted, but not declared`, { ...one, state: 'ephemeral' }),
      ),
    ...fstab(parts)
      .filter(({ path, byInstaller }) => !byInstaller && !BY_INSTALLER.test(path))
      .map(({ byInstaller: _, ...one }) =>
        thing(one, `${one.src} (${one.fstype}), in /etc/fstab`, { ...one, state: 'present' }),
      ),
  ];
}

const BY_INSTALLER = /^(\/|\/boot|\/boot\/efi|\/media\/(cdrom|floppy)\d*|none|swap)$/;

function thing({ path }: Pick<Mounted, 'path'>, why: string, args: WantedTask['args']): Unmanaged {
  return {
    group: 'mounts',
    name: path,
    why,
    subjects: [[`mount:${path}`]],
    tasks: [{ type: 'ansible.posix.mount', args }],
  };
}

/** The mount points of units with a file: those that systemd only found mounted have none. */
const unitsWithFile = (parts: Parts): readonly string[] =>
  partText(parts, 'mount-units')
    .split('\n\n')
    .flatMap((text) => (/^FragmentPath=./m.test(text) ? (/^Where=(.*)$/m.exec(text)?.[1] ?? []) : []));

/** The kernel writes spaces and the like as octal numbers. */
const withoutOctals = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const readMounts = (parts: Parts): readonly Mounted[] =>
  partLines(parts, 'mounts').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4];
    const [fstype = '', src = ''] = after.split(' ');
    return path === undefined ? [] : [{ path: withoutOctals(path), src: withoutOctals(src), fstype }];
  });

/** The entries of fstab. The installer writes above each of its own what it was during installation. */
function fstab(parts: Parts) {
  const lines = partLines(parts, 'fstab');
  return lines.flatMap((line, index) => {
    const [src = '', path, fstype = '', opts = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/);
    if (src.startsWith('#') || path === undefined) return [];
    const byInstaller = /was on .* during (curtin )?installation/.test(lines[index - 1] ?? '');
    return [{ path: withoutOctals(path), src: withoutOctals(src), fstype, opts, dump, passno, byInstaller }];
  });
}
