import {
  type Content,
  content,
  decodeText,
  defineTask,
  exists,
  type Params,
  type Plan,
  type Questions,
  type ShellAnswer,
  sh,
  shell,
  type TcpAnswer,
  tcp,
} from '../src/sdk.ts';
import { activeConnections } from './shared/network/connections.ts';

const params = {
  host: { type: 'str', default: '127.0.0.1', doc: 'The name or address to connect to, from the host.' },
  port: { type: 'int', doc: 'The TCP port to try.' },
  path: { type: 'path', doc: 'The path that must exist or be absent.' },
  state: {
    type: 'str',
    default: 'started',
    choices: ['absent', 'drained', 'present', 'refused', 'started', 'stopped'],
    doc: 'The state to wait for. `refused`, which Ansible does not have, means that the host actively refuses the connection; a port that does not respond at all is not refused.',
  },
  search_regex: {
    type: 'str',
    doc: 'A pattern that must be found in the file, or in the first data that the server sends.',
  },
  timeout: { type: 'int', default: 300, doc: 'Seconds after which the task fails.' },
  delay: {
    type: 'int',
    default: 0,
    doc: 'With neither `port` nor `path`: how many seconds to wait in addition to `timeout`. Otherwise ignored: the first check is immediate, since it costs nothing.',
  },
  sleep: { type: 'int', default: 1, doc: 'Seconds between attempts.' },
  connect_timeout: { type: 'int', default: 5, doc: 'The maximum number of seconds for one connection attempt.' },
  active_connection_states: {
    type: 'list',
    elements: 'str',
    default: ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'SYN_RECV', 'SYN_SENT', 'TIME_WAIT'],
    doc: 'The TCP states that count as a connection, for `drained`.',
  },
  exclude_hosts: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'With `state: drained`, connections from these addresses are ignored.',
  },
  msg: { type: 'str', doc: 'The message to show if the task fails.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.wait_for',
  summary: 'Wait until a port is open or closed, or a path or text is present or absent.',
  description:
    'A check looks only once and reports an unmet condition as a difference. The state `refused` verifies that a port is closed to this host: the connection is refused, not merely dropped.',
  skippedByAnsible: true,
  looks: () => true,
  params,
  rules: { mutuallyExclusive: [['port', 'path']] },
  ask: (given, context): Questions => {
    const { host, port, path, state, search_regex: regex, connect_timeout: connectTimeout } = given;
    if (path !== undefined) return regex === undefined ? { there: exists(path) } : { file: content(path) };
    // Without a port or path there is nothing to check. The question only waits for the given time.
    const seconds = given.delay + given.timeout;
    if (port === undefined)
      return {
        slept: shell(
          { ...sh`sleep ${context.check ? 0 : seconds}`, deadlineMs: (seconds + 60) * 1000 },
          { beyond: true, waits: true },
        ),
      };
    if (state === 'drained')
      return { sockets: shell({ ...sh`cat /proc/net/tcp /proc/net/tcp6 2>/dev/null`, about: [] }) };
    return {
      knock: tcp({
        host,
        port,
        timeoutSeconds: context.check ? Math.min(connectTimeout, 2) : connectTimeout,
        ...(regex === undefined ? {} : { listenSeconds: connectTimeout }),
      }),
    };
  },
  plan: (state, given): Plan => {
    const seen = look(state as State, given);
    if (seen.holds) return { changes: [], result: { match_groups: [], match_groupdict: {}, ...seen.result } };
    const failed = given.msg ?? `Timeout when waiting for ${subject(given)} to be ${wanted(given)}: ${seen.is}`;
    return {
      wait: {
        againMs: Math.max(given.sleep, 1) * 1000,
        deadlineMs: given.timeout * 1000,
        failed,
        result: { msg: given.msg ?? `Timeout when waiting for ${ansiblesWords(given)}` },
        shown: `${subject(given)} is ${seen.is}`,
      },
    };
  },
  result: ({ params: { port, path, state, search_regex }, startedAt, endedAt }) => ({
    elapsed: Math.floor((endedAt.getTime() - startedAt.getTime()) / 1000),
    state,
    port: port ?? null,
    path: path ?? null,
    search_regex: search_regex ?? null,
  }),
  returns: {
    elapsed: 'How many seconds the task waited.',
    match_groups: 'The text matched by the groups of `search_regex`.',
    match_groupdict: 'The text matched by the named groups of `search_regex`.',
  },
  examples: [
    {
      title: 'Check that the exporter cannot be reached at that address',
      yaml: 'wait_for:\n  host: 127.0.0.1\n  port: 9113\n  state: refused\n  timeout: 5',
    },
    { title: 'Wait for a file', yaml: 'wait_for:\n  path: /etc/hostname\n  search_regex: "[a-z]+"' },
    {
      title: 'Wait until the web server is listening',
      yaml: 'wait_for:\n  port: 80\n  timeout: 30',
      runs: { no: 'there is no web server on a test host' },
    },
  ],
});

interface State {
  readonly there?: boolean;
  readonly file?: Content;
  readonly slept?: ShellAnswer;
  readonly sockets?: ShellAnswer;
  readonly knock?: TcpAnswer;
}

/** The outcome of one check: whether the state is as wanted, and if not, the actual state. */
interface Seen {
  readonly holds: boolean;
  readonly is: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

function look({ there, file, sockets, knock }: State, given: Given): Seen {
  if (knock !== undefined) return lookAtPort(knock, given);
  const gone = given.state === 'absent' || given.state === 'stopped';
  if (there !== undefined) return { holds: there !== gone, is: there ? 'present' : 'absent' };
  if (file !== undefined)
    return {
      ...search(file.bytes === undefined ? '' : decodeText(file.bytes), given, gone),
      is: file.bytes === undefined ? 'absent' : 'without the text',
    };
  if (sockets !== undefined) {
    const active = activeConnections(sockets.stdout, given.port!, given.active_connection_states, given.exclude_hosts);
    return { holds: active === 0, is: `${active} connections` };
  }
  return { holds: true, is: 'later' };
}

function lookAtPort(knock: TcpAnswer, given: Given): Seen {
  const is = knock.said === '' ? knock.is : `${knock.is} (${knock.said})`;
  if (given.state === 'refused') return { holds: knock.is === 'refused', is };
  if (given.state === 'absent' || given.state === 'stopped') return { holds: knock.is !== 'open', is };
  if (knock.is !== 'open' || given.search_regex === undefined) return { holds: knock.is === 'open', is };
  return { ...search(knock.heard, given, false), is: 'open, without the text' };
}

/** Python's multiline search, with its `(?P<name>…)` written as `(?<name>…)`. */
function search(text: string, { search_regex = '' }: Given, gone: boolean): Pick<Seen, 'holds' | 'result'> {
  const match = new RegExp(search_regex.replaceAll('(?P<', '(?<'), 'm').exec(text);
  return {
    holds: (match !== null) !== gone,
    result: { match_groups: match?.slice(1) ?? [], match_groupdict: { ...match?.groups } },
  };
}

const subject = ({ host, port, path, search_regex: text }: Given): string =>
  `${text === undefined ? '' : `\`${text}\` in `}${path ?? `${host}:${port}`}`;

/** What Ansible says it was waiting for. */
function ansiblesWords({ host, port, path, state, search_regex: text }: Given): string {
  const place = path ?? `${host}:${port}`;
  if (state === 'drained') return `${place} to drain`;
  if (state === 'absent' || state === 'stopped')
    return path === undefined ? `${place} to stop.` : `${place} to be absent.`;
  if (text !== undefined) return `search string ${text} in ${place}`;
  return path === undefined ? place : `file ${place}`;
}

function wanted({ state, path }: Given): string {
  if (state === 'started') return path === undefined ? 'open' : 'present';
  if (state === 'stopped') return path === undefined ? 'closed' : 'absent';
  return state;
}
