import { defineTask, type Params, type Plan, type ShellAnswer, sh, shell } from '../src/sdk.ts';

const params = {
  command: {
    type: 'str',
    choices: ['netstat', 'ss'],
    doc: 'The program that lists the ports: by default `netstat`, or `ss` if the host has no `netstat`.',
  },
  include_non_listening: {
    type: 'bool',
    default: false,
    doc: 'List also established connections; each entry then has its `state` and `foreign_address`.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.listen_ports_facts',
  summary: 'Gather facts about TCP and UDP ports and the processes that listen on them.',
  description:
    "Needs `netstat` (in the `net-tools` package) or `ss` (in `iproute2`), and `ps` (in `procps`). If a port's process cannot be seen, its `pid` is 0. `ss` lists each process of a port, `netstat` only one.",
  params,
  ask: (task) => ({ ports: askPorts(task) }),
  plan({ ports }, task): Plan {
    const failure = failureOf(ports);
    if (failure !== undefined) return { failed: failure };
    const [listed = '', processes = ''] = ports.stdout.split(SEPARATOR);
    const [program, ...lines] = listed.split('\n');
    const known = processesIn(processes);
    const sockets = lines
      .flatMap((line) => (program === 'ss' ? socketsOfSs(line) : socketsOfNetstat(line)))
      .map(({ state, foreign_address, ...socket }) => ({
        ...socket,
        ...(known.get(socket.pid) ?? { stime: '', user: '' }),
        ...(task.include_non_listening && { state, foreign_address }),
      }));
    const of = (protocol: string) => sockets.filter((socket) => socket.protocol === protocol);
    return { changes: [], result: { ansible_facts: { tcp_listen: of('tcp'), udp_listen: of('udp') } } };
  },
  gives: 'facts',
  factNames: () => ['tcp_listen', 'udp_listen'],
  returns: {
    ansible_facts:
      '`tcp_listen` and `udp_listen`: for each port its `address`, `port`, `protocol`, and the `pid`, `name`, `user` and start time (`stime`) of the process.',
  },
  examples: [
    { title: 'List the ports with listeners', yaml: 'listen_ports_facts:', runs: { no: 'needs ss or netstat' } },
    {
      title: 'List connections, too',
      yaml: 'listen_ports_facts:\n  command: ss\n  include_non_listening: true',
      runs: { no: 'needs ss' },
    },
  ],
});

const SEPARATOR = '\x1e\n';

/** Asks for the sockets, then for all processes. */
function askPorts({ command, include_non_listening }: Task) {
  const programs = command === undefined ? ['netstat', 'ss'] : [command];
  const options = include_non_listening ? '-plunta' : '-plunt';
  return shell({
    ...sh`LC_ALL=C; export LC_ALL
for p in ${programs} ''; do command -v "$p" >/dev/null && break; done
[ "$p" ] || exit 127
command -v ps >/dev/null || exit 126
echo "$p"; "$p" ${options} || exit
printf '\036\n'; ps -e -o pid= -o user:64= -o lstart=`,
    about: ['network:', 'unit:*', 'by:package:*'],
  });
}

function failureOf({ code, stderr }: ShellAnswer): string | undefined {
  if (code === 0) return undefined;
  if (code === 127) return 'netstat and ss are missing on the host: install the iproute2 package';
  if (code === 126) return 'ps is missing on the host: install the procps package';
  return stderr.trim() || `exit code ${code}`;
}

interface Process {
  readonly user: string;
  readonly stime: string;
}

const processesIn = (text: string): ReadonlyMap<number, Process> =>
  new Map(
    [...text.matchAll(/^ *(\d+) +(\S+) +(.*\S) *$/gm)].map(([, pid, user = '', stime = '']) => [
      Number(pid),
      { user, stime },
    ]),
  );

interface Socket {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly foreign_address: string;
}

/** `tcp LISTEN 0 128 [::1]:22 [::]:* users:(("sshd",pid=7,fd=3))`: one socket for each process. */
function socketsOfSs(line: string): readonly Socket[] {
  const [, protocol = '', state = '', local, foreign_address = '', more = ''] =
    /^(tcp|udp) +(\S+) +\d+ +\d+ +(\S+) +(\S+) *(.*)$/.exec(line) ?? [];
  const place = local === undefined ? undefined : placeOf(local);
  if (place === undefined) return [];
  const users = [...more.matchAll(/\("((?:[^"\\]|\\.)*)",pid=(\d+)/g)].map(([, name = '', pid]) => ({
    pid: Number(pid),
    name,
  }));
  const unique = [...new Map(users.map((user) => [user.pid, user])).values()];
  return (unique.length === 0 ? [{ pid: 0, name: '' }] : unique).map((user) => ({
    ...place,
    protocol,
    ...user,
    state,
    foreign_address,
  }));
}

/** `tcp6 0 0 :::22 :::* LISTEN 7/sshd`; a udp socket may have no state. */
function socketsOfNetstat(line: string): readonly Socket[] {
  const [, protocol = '', local, foreign_address = '', state = '', owner = ''] =
    /^(tcp|udp)6? +\d+ +\d+ +(\S+) +(\S+) +(?:([A-Z][A-Z_0-9]*) +)?(-|\d+\/.*?) *$/.exec(line) ?? [];
  const place = local === undefined ? undefined : placeOf(local);
  if (place === undefined) return [];
  const [, pid = '0', name = ''] = /^(\d+)\/(.*)$/.exec(owner) ?? [];
  return [{ ...place, protocol, pid: Number(pid), name: name.replace(/:$/, ''), state, foreign_address }];
}

/** `0.0.0.0:22`, `[::1]:22`, `:::22`, `*:22`, `127.0.0.53%lo:53`. */
function placeOf(local: string): { readonly address: string; readonly port: number } | undefined {
  const [, address = '', port] = /^(.*):(\d+)$/.exec(local) ?? [];
  return port === undefined ? undefined : { address: address.replace(/^\[(.*)\]/, '$1'), port: Number(port) };
}
