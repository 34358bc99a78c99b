import {
  blurs,
  type Change,
  defineTask,
  type Params,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['key'], doc: 'The program.' },
  capability: {
    type: 'str',
    required: true,
    aliases: ['cap'],
    doc: 'The capability with its operator and flags, for example `cap_net_bind_service+ep`; to remove it, the name is enough.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the program should have the capability.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.capabilities',
  summary: 'Manage one of the kernel capabilities of a program.',
  description: 'Requires the `libcap2-bin` package on the host.',
  params,
  ask: (task) => ({ capabilities: askCapabilities(task) }),
  plan({ capabilities }, task) {
    const wanted = readCapability(task.capability);
    if (task.state === 'present' && wanted.flags === undefined)
      return { failed: `Couldn't find operator (one of: ['=', '-', '+'])` };
    const failure = failureOf(capabilities, task);
    if (failure !== undefined) return { failed: failure };
    const now = readCapabilities(capabilities.stdout, target(task));
    if (now === undefined)
      return { failed: `cannot change the capabilities of ${task.path} one by one: ${capabilities.stdout.trim()}` };
    const after = new Map(now);
    const to = task.state === 'present' ? flagsAfter(now.get(wanted.name), wanted) : '';
    if (to === '') after.delete(wanted.name);
    else after.set(wanted.name, to);
    if (writeCapabilities(after) === writeCapabilities(now)) return { changes: [] };
    const change: Change = {
      what: `${wanted.name} of ${task.path}`,
      from: now.get(wanted.name) ?? null,
      to: to === '' ? null : to,
      commands: [
        after.size === 0
          ? sh`LC_ALL=C setcap -q -r ${target(task)}`
          : sh`LC_ALL=C setcap -q ${writeCapabilities(after)} ${target(task)}`,
      ],
      effects: [
        predicts(askCapabilities(task), { ...capabilities, stdout: `${target(task)} ${writeCapabilities(after)}\n` }),
        blurs(`inode:${tidyPath(task.path)}`),
      ],
    };
    return { changes: [change] };
  },
  result: ({ state, params: task, changes }) => ({
    state: task.state,
    msg: changes.length > 0 ? 'capabilities changed' : '',
    stdout: state.capabilities.stdout,
  }),
  returns: { state: 'the `state` parameter', msg: 'what was done', stdout: 'the output of getcap' },
  examples: [
    {
      title: 'Let a program listen on ports below 1024',
      yaml: 'capabilities:\n  path: /usr/local/bin/server\n  capability: cap_net_bind_service+ep',
      runs: { no: 'needs the program' },
    },
    {
      title: 'Take a capability away',
      yaml: 'capabilities:\n  path: /usr/bin/ping\n  capability: cap_net_raw\n  state: absent',
      runs: { no: 'needs the program' },
    },
  ],
});

const target = ({ path }: Task): string => (path.startsWith('-') ? `./${path}` : path);

const askCapabilities = (task: Task) =>
  shell({
    ...sh`[ -e ${task.path} ] || { echo 'No such file or directory' >&2; exit 2; }
LC_ALL=C getcap ${target(task)}`,
    about: [`inode:${tidyPath(task.path)}`, `data:${tidyPath(task.path)}`, 'by:package:libcap2-bin'],
  });

function failureOf({ code, stderr }: ShellAnswer, { path }: Task): string | undefined {
  if (code === 127) return missingTool({ name: 'getcap and setcap', package: 'libcap2-bin' });
  if (code === 0 && stderr.trim() === '') return undefined;
  return `Unable to get capabilities of ${path}: ${stderr.trim() || `exit code ${code}`}`;
}

/** The flags of each capability, in the order of the alphabet. */
type Capabilities = ReadonlyMap<string, string>;

/**
 * Reads getcap's output: `PATH cap_a,cap_b=ep cap_c+p`; older versions print an equals sign after the path. Undefined
 * if it names no single capabilities, as for a program that has all.
 */
function readCapabilities(text: string, path: string): Capabilities | undefined {
  const words = text
    .trim()
    .replace(`${path} `, '')
    .replace(/^= /, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const clauses = words.map(readClause);
  const found = new Map<string, string>();
  for (const clause of clauses) {
    if (clause === undefined) return undefined;
    for (const name of clause.names) {
      const next = combined(found.get(name) ?? '', clause);
      if (next === '') found.delete(name);
      else found.set(name, next);
    }
  }
  return found;
}

/** The flags after a clause of getcap's output, where `+` adds to those that an earlier clause gave. */
function combined(now: string, { operator, flags }: Clause): string {
  if (operator === '-') return [...now].filter((flag) => !flags.includes(flag)).join('');
  return sorted(operator === '+' ? now + flags : flags);
}

const sorted = (flags: string): string => [...new Set(flags)].toSorted().join('');

interface Clause {
  readonly names: readonly string[];
  readonly operator: string;
  readonly flags: string;
}

function readClause(text: string): Clause | undefined {
  const [, names, operator, flags] = /^([a-z0-9_]+(?:,[a-z0-9_]+)*)([=+-])([eip]*)$/.exec(text) ?? [];
  if (names === undefined || operator === undefined || flags === undefined || names === 'all') return undefined;
  return { names: names.split(','), operator, flags };
}

interface Wanted {
  readonly name: string;
  readonly operator: string;
  readonly flags: string | undefined;
}

function readCapability(text: string): Wanted {
  const [, name = '', operator = '=', flags] = /^([^=+-]*)(?:([=+-])(.*))?$/s.exec(text.trim().toLowerCase()) ?? [];
  return { name, operator, flags };
}

/** The flags that a capability has after a clause. As in Ansible, both `+` and `=` mean exactly these flags. */
function flagsAfter(now: string | undefined, { operator, flags = '' }: Pick<Wanted, 'operator' | 'flags'>): string {
  return operator === '-' ? [...(now ?? '')].filter((flag) => !flags.includes(flag)).join('') : sorted(flags);
}

/** The capabilities as setcap takes them and getcap prints them. */
const writeCapabilities = (capabilities: Capabilities): string =>
  [...capabilities]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, flags]) => `${name}=${flags}`)
    .join(' ');
