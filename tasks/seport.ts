import { type Change, defineTask, type Params, type Plan } from '../src/sdk.ts';
import {
  askMode,
  askRecords,
  type Records,
  readRecords,
  recordEffects,
  recordParams,
  recordRefusal,
  semanage,
} from './shared/selinux/semanage.ts';

const params = {
  ports: {
    type: 'list',
    elements: 'str',
    required: true,
    doc: 'Ports or ranges of ports (`10000-10100`), as a list or separated by commas.',
  },
  proto: { type: 'str', required: true, choices: ['tcp', 'udp', 'dccp', 'sctp'], doc: 'Their protocol.' },
  setype: { type: 'str', required: true, doc: 'The SELinux type, for example `http_port_t`.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the ports have the type.' },
  local: {
    type: 'bool',
    default: false,
    doc: 'Look only at what has been added to the policy, not at what is part of it.',
  },
  ...recordParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.seport',
  summary: 'Manage the SELinux types of network ports.',
  description:
    'Requires the `policycoreutils-python-utils` package on the host. Whether there is such a type is found out only when the policy changes, so an unknown one does not fail in a check.',
  params,
  ask: () => ({ mode: askMode, records: askPorts }),
  plan({ mode, records }, task): Plan {
    const wrong = task.ports.find((port) => !/^\d+(-\d+)?$/.test(port));
    if (wrong !== undefined) return { failed: `"${wrong}" is neither a port nor a range of ports` };
    const failure = recordRefusal(mode, records, task);
    if (failure !== undefined) return { failed: failure };
    let now = readRecords(records);
    const changes: Change[] = [];
    for (const port of task.ports) {
      const planned = onePort(now, port, task);
      if (planned === undefined) continue;
      if ('failed' in planned) return planned;
      now = planned.after;
      changes.push(planned.change);
    }
    return { changes };
  },
  result: ({ params: { ports, proto, setype, state } }) => ({ ports, proto, setype, state }),
  returns: {
    ports: 'The ports.',
    proto: 'The protocol.',
    setype: 'The SELinux type.',
    state: 'The `state` parameter.',
  },
  examples: [
    {
      title: 'Let the web server listen on another port',
      yaml: 'seport:\n  ports: 8888\n  proto: tcp\n  setype: http_port_t',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'Two ranges of ports',
      yaml: 'community.general.seport:\n  ports: 10000-10100,10112\n  proto: tcp\n  setype: memcache_port_t',
      runs: { no: 'needs SELinux' },
    },
  ],
});

const askPorts = askRecords('port');

/** The SELinux type of a port among the given lines. */
const typeIn = (lines: readonly string[], port: string, proto: string): string | undefined =>
  lines.map(readLine).find((one) => one.proto === proto && one.ports.includes(port))?.type;

function readLine(line: string) {
  const [type = '', proto = '', ...ports] = line.trim().split(/[\s,]+/);
  return { type, proto, ports };
}

type PlannedPort = { readonly change: Change; readonly after: Records } | { readonly failed: string };

function onePort(now: Records, port: string, task: Task): PlannedPort | undefined {
  const { proto, setype, local } = task;
  const own = typeIn(now.own, port, proto);
  const type = own ?? typeIn(now.all, port, proto);
  const seen = local ? own : type;
  if ((seen === setype) === (task.state === 'present')) return undefined;
  const what = `SELinux type of port ${proto}/${port}`;
  const others = {
    all: own === undefined ? now.all : without(now.all, port, proto, own),
    own: without(now.own, port, proto, own ?? ''),
  };
  if (task.state === 'absent') {
    if (own === undefined) return { failed: `Port ${proto}/${port} is defined in policy, cannot be deleted` };
    const words = ['-d', '-t', setype, '-p', proto, port];
    const effects = recordEffects(askPorts, others);
    return {
      after: others,
      change: { what, from: setype, to: null, commands: [semanage('port', task, words)], effects },
    };
  }
  const line = `${setype} ${proto} ${port}`;
  const after = { all: [line, ...others.all], own: [line, ...others.own] };
  const words = [type === undefined ? '-a' : '-m', '-t', setype, '-p', proto, port];
  const effects = recordEffects(askPorts, after);
  return {
    after,
    change: { what, from: seen ?? null, to: setype, commands: [semanage('port', task, words)], effects },
  };
}

/** Lines without a port of a type. */
const without = (lines: readonly string[], port: string, proto: string, type: string): readonly string[] =>
  lines.flatMap((line) => {
    const one = readLine(line);
    if (one.type !== type || one.proto !== proto || !one.ports.includes(port)) return [line];
    const left = one.ports.filter((other) => other !== port);
    return left.length === 0 ? [] : [`${type} ${proto} ${left.join(', ')}`];
  });
