import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { groupBy } from '../../../core/group-by.ts';
import { nameOf } from '../../../core/questions/files/paths.ts';
import type { Subject } from '../../../core/touches.ts';
import { fieldRows } from '../survey.ts';
import type { Unmanaged } from '../thing.ts';

interface Listener {
  readonly protocol: string;
  readonly address: string;
  readonly port: string;
  readonly program: string;
  readonly owner: string | undefined;
  readonly unit: string | undefined;
}

/** Ports that packages of Debian open as soon as they are installed: package, protocol, port. */
const USUAL: readonly (readonly [owner: string, protocol: string, port: string])[] = [
  ['openssh-server', 'tcp', '22'],
  ['isc-dhcp-client', 'udp', '68'],
  ['dhcpcd-base', 'udp', '68'],
  ['systemd', 'udp', '68'],
  ['systemd', 'udp', '546'],
];

const INTERPRETERS = /^(perl|python|node|nodejs|java|ruby|php|bash|dash|sh|busybox|socat|nc|ncat|docker-proxy)[\d.-]*$/;

/** Units in which people and crontabs start programs of their own. */
const STARTS_OTHERS = /^(ssh|sshd|cron|atd|rc-local)\.service$|\.scope$/;

/** The packages whose own programs listen in these units. */
const OWN: Readonly<Record<string, string>> = { 'ssh.service': 'openssh-server', 'sshd.service': 'openssh-server' };

/** Ports that are open to other machines, one by one, and the programs that listen on loopback only. */
export function ports(parts: Parts): readonly Unmanaged[] {
  const listeners = readListeners(parts).filter((one) => !isUsual(one));
  const open = listeners.filter(({ address }) => !isLoopback(address));
  const inside = listeners.filter(({ address }) => isLoopback(address));
  const byPort = groupBy(open, ({ protocol, port }) => `${protocol} ${port}`);
  const byProgram = groupBy(inside, ({ program }) => program);
  return [
    ...[...byPort].map(([name, all]) => thing(name, `open on ${listed(all.map(({ address }) => address))}`, all)),
    ...[...byProgram].map(([program, all]) =>
      thing(
        `loopback, ${program}`,
        `listens on ${listed(all.map(({ protocol, port }) => `${protocol} ${port}`))}`,
        all,
      ),
    ),
  ];
}

const listed = (words: readonly string[]): string => [...new Set(words)].join(', ');

const isUsual = ({ owner, protocol, port }: Listener): boolean =>
  USUAL.some(([name, kind, number]) => name === owner && kind === protocol && number === port);

const isLoopback = (address: string): boolean => /^127\.|^\[::1\]|^\[::ffff:127\.|%lo$/.test(address);

function readListeners(parts: Parts): readonly Listener[] {
  const owners = new Map(fieldRows(parts, 'owners', 2).map(([pid = '', path = '']) => [pid, packageOf(path)]));
  const units = new Map(fieldRows(parts, 'programs', 3).map(([pid = '', , unit = '']) => [pid, unit]));
  return partLines(parts, 'ports').flatMap((line) => {
    const [, protocol = '', address = '', port = ''] = /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s/.exec(line) ?? [];
    if (protocol === '') return [];
    const [, program = 'an unknown program', pid = ''] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    return [{ protocol, address, port, program, owner: owners.get(pid), unit: units.get(pid) || undefined }];
  });
}

const packageOf = (path: string): string => nameOf(path).replace(/(:\w+)?\.list$/, '');

function thing(name: string, how: string, all: readonly Listener[]): Unmanaged {
  const owners = [...new Set(all.flatMap(({ owner }) => owner ?? []))];
  const units = [...new Set(all.flatMap(({ unit }) => unit ?? []))];
  const isInterpreted = all.some(({ program }) => INTERPRETERS.test(program));
  const whose = owners.length === 0 ? 'of no package' : `of package ${owners.join(', ')}`;
  const by = name.startsWith('loopback') ? whose : `by ${listed(all.map(({ program }) => program))} ${whose}`;
  // Whoever declares an interpreter, or the service through which somebody logged in, did not declare what runs there.
  const subjects: readonly Subject[] = [
    ...units
      .filter((unit) => !STARTS_OTHERS.test(unit) || owners.includes(OWN[unit] ?? ''))
      .map((unit) => `unit:${unit}`),
    ...(isInterpreted ? [] : owners.map((owner) => `package:${owner}`)),
  ];
  return {
    group: 'ports',
    name,
    why: `${how}, ${by}${units.length > 0 ? ` (${units.join(', ')})` : ''}`,
    subjects: subjects.map((subject) => [subject]),
    tasks: [],
    instead: 'declare the unit or the package that opens it',
  };
}
