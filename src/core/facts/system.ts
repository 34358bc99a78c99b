import { upTo } from '../text/up-to.ts';
import { type Parts, partLines, partText } from './parts.ts';

/** Names, kernel, user, time, environment, service manager and package manager. */
export function systemFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const machine = partText(parts, 'machine');
  return {
    ...nameFacts(parts),
    system: partText(parts, 'ostype'),
    kernel: partText(parts, 'osrelease'),
    kernel_version: partText(parts, 'version'),
    machine,
    architecture: /^i[3-6]86$/.test(machine) ? 'i386' : machine,
    userspace_architecture: /^i[3-6]86$/.test(machine) ? 'i386' : machine,
    userspace_bits: /64/.test(machine) || machine === 's390x' ? '64' : '32',
    machine_id: partText(parts, 'machine-id'),
    service_mgr: serviceManager(parts),
    ...systemdFacts(parts),
    pkg_mgr: packageManager(parts),
    env: environment(parts),
    cmdline: Object.fromEntries(bootWords(parts)),
    proc_cmdline: repeated(bootWords(parts)),
    fips: partText(parts, 'fips') === '1',
    uptime_seconds: Math.floor(Number(partText(parts, 'uptime').split(' ')[0])),
    loadavg: loadAverage(parts),
    apparmor: { status: there(parts, '/sys/kernel/security/apparmor') ? 'enabled' : 'disabled' },
    selinux: selinux(parts),
    is_chroot: isChroot(parts),
    ...userFacts(parts),
    ...pythonFacts(parts),
    ...hostKeys(parts),
    date_time: dateTime(parts),
  };
}

/** Whether a file exists on the host. */
export const there = (parts: Parts, path: string): boolean => partLines(parts, 'there').includes(path);

/** The host name without dots, the full name according to its resolver, and the domain part of that. */
function nameFacts(parts: Parts) {
  const nodename = partText(parts, 'hostname');
  const names = partLines(parts, 'names').at(-1)?.split(/\s+/).slice(1) ?? [];
  const fqdn = nodename.includes('.') ? nodename : (names.find((name) => name.includes('.')) ?? names[0] ?? nodename);
  return {
    nodename,
    hostname: upTo(nodename, '.'),
    fqdn,
    domain: fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : '',
  };
}

function serviceManager(parts: Parts): string {
  const init = partText(parts, 'init');
  if (there(parts, '/run/systemd/system') || init === 'systemd') return 'systemd';
  if (there(parts, '/sbin/openrc-run')) return 'openrc';
  return init === 'init' ? 'sysvinit' : init || 'service';
}

/** The version and the features of systemd, if it manages the host. */
function systemdFacts(parts: Parts) {
  const [first = '', features] = partLines(parts, 'systemd');
  const version = /^\S+ (\d+)/.exec(first)?.[1];
  return version === undefined ? {} : { systemd: { features: features ?? '', version: Number(version) } };
}

const managers = [
  ['/usr/bin/apt-get', 'apt'],
  ['/usr/bin/dnf', 'dnf'],
  ['/usr/bin/yum', 'yum'],
  ['/sbin/apk', 'apk'],
  ['/usr/bin/pacman', 'pacman'],
  ['/usr/bin/zypper', 'zypper'],
] as const;

const packageManager = (parts: Parts): string => managers.find(([path]) => there(parts, path))?.[1] ?? 'unknown';

const environment = (parts: Parts): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (parts.get('env') ?? '').split('\0').flatMap((pair) => {
      const equals = pair.indexOf('=');
      return equals > 0 ? [[pair.slice(0, equals), pair.slice(equals + 1)]] : [];
    }),
  );

const bootWords = (parts: Parts): readonly (readonly [string, string | true])[] =>
  partText(parts, 'cmdline')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const equals = word.indexOf('=');
      return equals < 0 ? [word, true] : [word.slice(0, equals), word.slice(equals + 1)];
    });

function repeated(words: readonly (readonly [string, string | true])[]): Readonly<Record<string, unknown>> {
  const all = new Map<string, (string | true)[]>();
  for (const [name, value] of words) all.set(name, [...(all.get(name) ?? []), value]);
  return Object.fromEntries([...all].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

function loadAverage(parts: Parts) {
  const [one, five, fifteen] = partText(parts, 'loadavg').split(' ').map(Number);
  return { '1m': one, '5m': five, '15m': fifteen };
}

function selinux(parts: Parts) {
  const [enforce, version] = partLines(parts, 'selinux');
  return enforce === undefined
    ? { status: 'disabled' }
    : { status: 'enabled', mode: enforce === '1' ? 'enforcing' : 'permissive', policyvers: Number(version) };
}

/**
 * In a chroot, / differs from the root of process 1. If that root cannot be read, compare the inode of / with the root
 * inodes that file systems usually have.
 */
function isChroot(parts: Parts): boolean {
  if (environment(parts)['debian_chroot'] !== undefined) return true;
  const [own, first] = partLines(parts, 'root');
  if (first !== undefined) return own !== first;
  return !['2', '128', '256'].includes(own?.split(' ')[1] ?? '2');
}

function userFacts(parts: Parts) {
  const [uid, realUid, gid, realGid, entry = ''] = partLines(parts, 'user');
  const [name, , id, group, gecos, home, shell] = entry.split(':');
  return {
    user_id: name || uid,
    user_uid: Number(id ?? uid),
    user_gid: Number(group ?? gid),
    user_gecos: gecos ?? '',
    user_dir: home ?? '',
    user_shell: shell ?? '',
    effective_user_id: Number(uid),
    effective_group_id: Number(gid),
    real_user_id: Number(realUid),
    real_group_id: Number(realGid),
  };
}

/** Retrace needs no Python. For playbooks that read its version, take it from the target of the python3 link. */
function pythonFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const [, minor] = /python3\.(\d+)$/.exec(partText(parts, 'python')) ?? [];
  if (minor === undefined) return {};
  return {
    python: {
      executable: '/usr/bin/python3',
      type: 'cpython',
      version: { major: 3, minor: Number(minor) },
      version_info: [3, Number(minor)],
    },
    python_version: `3.${minor}`,
  };
}

const hostKeys = (parts: Parts): Readonly<Record<string, string>> =>
  Object.fromEntries(
    partLines(parts, 'host-keys').flatMap((line) => {
      const [, name, type = '', key = ''] = /^(?:.*\/)?ssh_host_(\w+)_key\.pub:(\S+) (\S+)/.exec(line) ?? [];
      return name === undefined
        ? []
        : [
            [`ssh_host_key_${name}_public`, key],
            [`ssh_host_key_${name}_public_keytype`, type],
          ];
    }),
  );

function dateTime(parts: Parts) {
  // A small BusyBox's date knows no nanoseconds, and prints %N as it is.
  const [local = '', utc = ''] = partLines(parts, 'date').map((line) => line.replace('%N', '000000000'));
  const [year, month, day, hour, minute, second, weekday, number, week, epoch, tz, offset, nanos = ''] =
    local.split('|');
  const micros = nanos.slice(0, 6);
  const [date, time = ''] = utc.split('T');
  const compact = `${year}${month}${day}T${hour}${minute}${second}`;
  const zones = partLines(parts, 'zones');
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    weekday,
    weekday_number: number,
    weeknumber: week,
    epoch,
    epoch_int: epoch,
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    iso8601: `${date}T${time.slice(0, 8)}Z`,
    iso8601_micro: `${date}T${time.slice(0, 15)}Z`,
    iso8601_basic: `${compact}${micros}`,
    iso8601_basic_short: compact,
    tz,
    tz_dst: zones.find((zone) => zone !== tz) ?? tz,
    tz_offset: offset,
  };
}
