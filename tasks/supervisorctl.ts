import {
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  encodeText,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  type Question,
  type QuestionKind,
  question,
  reading,
  type Script,
  type ShellAnswer,
  type Subject,
  script,
  sh,
  shellAnswer,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  name: {
    type: 'str',
    required: true,
    doc: 'The program, a group with a colon at the end (`workers:`), or `all`.',
  },
  state: {
    type: 'str',
    required: true,
    choices: ['present', 'started', 'restarted', 'stopped', 'signalled', 'absent'],
    doc: '`present`: supervisord knows the program; `absent`: it does not, although the configuration may have it; `restarted` and `signalled` act every time. Before a restart, supervisord takes over changes of its configuration.',
  },
  signal: { type: 'str', doc: 'The signal to send, with `signalled`.' },
  config: { type: 'path', doc: 'The configuration file of supervisorctl.' },
  server_url: { type: 'str', doc: 'The URL at which supervisord is reached.' },
  username: { type: 'str', doc: 'The user to log in to supervisord as.' },
  password: { type: 'str', secret: true, doc: 'The password of that user.' },
  supervisorctl_path: { type: 'path', doc: 'The supervisorctl program to use.' },
  stop_before_removing: { type: 'bool', default: false, doc: 'Stop the program before it is removed.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.supervisorctl',
  summary: 'Manage a program or a group of programs that supervisord runs.',
  description: 'Requires the `supervisor` package on the host.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'signalled', needs: ['signal'] }] },
  ask: (task) => ({ now: askStatus(task) }),
  plan({ now }, task): Plan {
    const wrong = wrongly(task) ?? refusal(now, task);
    if (wrong !== undefined) return { failed: wrong };
    const status = readStatus(now.stdout);
    const own = status.programs.filter((one) => isOwn(one, task));
    return planned(own, status, task);
  },
  result: ({ params: { name, state } }) => ({ name, state }),
  returns: { name: 'The program.', state: 'The `state` parameter.' },
  examples: [
    {
      title: 'Let supervisord take over a new program, and start it',
      yaml: 'supervisorctl:\n  name: worker\n  state: present',
      runs: { no: 'needs the supervisor package' },
    },
    {
      title: 'Restart a group of programs',
      yaml: 'supervisorctl:\n  name: "workers:"\n  state: restarted',
      runs: { no: 'needs the supervisor package' },
    },
  ],
});

/** An option that supervisorctl reads from its configuration must be on one line, without a comment. */
function wrongly({ username = '', password = '' }: Task): string | undefined {
  return [username, password].some((one) => /[\r\n]|\s[;#]/.test(one))
    ? 'supervisorctl cannot read a user or a password with a line break, or with a space before `;` or `#`'
    : undefined;
}

const tool = ({ supervisorctl_path }: Task): string => supervisorctl_path ?? 'supervisorctl';

const hasLogin = ({ username, password }: Task): boolean => username !== undefined || password !== undefined;

const CONFIGS = ['/etc/supervisord.conf', '/etc/supervisor/supervisord.conf', '/usr/etc/supervisord.conf'];

/**
 * The start of a script that defines `s`, which calls supervisorctl; `$f` is the configuration file. A login is read
 * from standard input, so that it is in no list of processes.
 */
const calling = (task: Task): Script => script`command -v ${tool(task)} >/dev/null || exit 127
f=${task.config ?? ''}
for one in ${CONFIGS}; do [ "$f" ] || [ ! -e "$one" ] || f=$one; done
${
  hasLogin(task)
    ? script`u=${task.server_url ?? ''}
[ "$u" ] || u=$(sed -n '/^\[supervisorctl\]/,/^\[/s/^serverurl *= *\([^ ;]*\).*/\1/p' "$f" | head -n 1)
login=$(cat)
s() { printf '[supervisorctl]\nserverurl=%s\n%s\n' "$u" "$login" | ${tool(task)} -c /dev/stdin "$@"; }`
    : script`s() { ${tool(task)} ${task.config === undefined ? [] : ['-c', task.config]} ${task.server_url === undefined ? [] : ['-s', task.server_url]} "$@" </dev/null; }`
}`;

/** The lines of the configuration with the login, in which `%` is special. */
const loginOf = ({ username, password }: Task): Uint8Array =>
  encodeText(
    [['username', username] as const, ['password', password] as const]
      .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value.replaceAll('%', '%%')}\n`]))
      .join(''),
  );

interface ToSupervisor {
  readonly script: Command['script'];
  readonly stdin: Uint8Array;
  readonly about: readonly Subject[];
}

const kind: QuestionKind<ToSupervisor, ShellAnswer> = {
  name: 'supervisor',
  scripts: (all) => all.map(({ script, stdin }) => ({ script, stdin, deadlineMs: 60_000 })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: { code, stdout: decodeText(stdout), stderr: decodeText(stderr), timedOut: timedOut === true },
    })),
  about: ({ about }) => about,
};

const SUBJECT = 'supervisor:';

/** Asks for the state of all programs, and for the programs in the configuration, if the file is on the host. */
const askStatus = (task: Task): Question<ShellAnswer> =>
  question(
    kind,
    {
      ...sh`${calling(task)}
out=$(s status 2>&1); r=$?
case $r in 0 | 3 | 4) ;; *) printf '%s\n' "$out" >&2; exit $r ;; esac
printf '%s\n' "$out" | sed -n 's/^\([^ ][^ ]*\)  *\([A-Z][A-Z]*\)\($\| .*\)/program \1 \2/p'
case $out in unix://*' no such file'* | *://*' refused connection'* | 'error: '* | 'Server requires authentication'*) printf '%s\n' "$out" >&2; exit 1 ;; esac
[ "$f" ] && [ -r "$f" ] || exit 0
echo configured
more=$(sed -n '/^\[include\]/,/^\[[^i]/s/^files *= *\([^;]*\).*/\1/p' "$f")
cd -- "$(dirname -- "$f")" || exit
cat -- "$f" $more 2>/dev/null | sed -n 's/^\[\(program\|group\|fcgi-program\|eventlistener\):\([^]]*\)\].*/section \2/p'`,
      stdin: loginOf(task),
      about: [SUBJECT, 'by:path:/etc/supervisor', 'by:package:supervisor', 'by:unit:supervisor*'],
    },
    { secret: hasLogin(task) },
  );

/** A program that supervisord knows. */
interface Program {
  readonly name: string;
  readonly state: string;
}

interface Status {
  readonly programs: readonly Program[];
  /** The sections of the configuration; undefined if they are not known. */
  readonly sections: readonly string[] | undefined;
}

function readStatus(stdout: string): Status {
  const lines = stdout.split('\n').map((line) => line.split(' '));
  return {
    programs: lines.flatMap(([what, name = '', state = '']) => (what === 'program' ? [{ name, state }] : [])),
    sections: stdout.includes('configured\n')
      ? lines.flatMap(([what, name = '']) => (what === 'section' ? [name] : []))
      : undefined,
  };
}

const writeStatus = ({ programs, sections }: Status): string =>
  [
    ...programs.map(({ name, state }) => `program ${name} ${state}\n`),
    ...(sections === undefined ? [] : ['configured\n', ...sections.map((name) => `section ${name}\n`)]),
  ].join('');

function refusal({ code, stderr }: ShellAnswer, task: Task): string | undefined {
  if (code === 127) return missingTool({ name: tool(task), package: 'supervisor' });
  return code === 0 ? undefined : stderr.trim() || `supervisorctl ended with exit code ${code}`;
}

const isGroup = (name: string): boolean => /:\*?$/.test(name);
const plainName = ({ name }: Task): string => name.replace(/:\*?$/, '');

/** Whether a program is the one that the task names, or in the group that it names. */
function isOwn({ name }: Program, task: Task): boolean {
  if (task.name === 'all') return true;
  const [group] = name.split(':');
  // A group is added and removed as a whole, under its plain name.
  const asGroup = isGroup(task.name) || task.state === 'present' || task.state === 'absent';
  return asGroup ? group === plainName(task) : name === task.name;
}

const isRunning = ({ state }: Program): boolean => state === 'RUNNING' || state === 'STARTING';

const noProcess = (task: Task): string => `${task.name}: ERROR (no such process)`;

function planned(own: readonly Program[], status: Status, task: Task): Plan {
  const { state } = task;
  const isConfigured = status.sections === undefined || status.sections.includes(plainName(task).split(':')[0] ?? '');
  if (state === 'present') {
    if (own.length > 0) return { changes: [] };
    if (!isConfigured) return { failed: `${task.name}: ERROR (no such program in the configuration)` };
    const command = call(task, [['reread'], ['add', plainName(task)]]);
    return { changes: [{ ...told(task, null, 'present'), commands: [command], effects: [blurs(SUBJECT), ...beyond] }] };
  }
  if (state === 'absent') return removingProgram(own, status, task);
  if (own.length === 0 && (state !== 'restarted' || !isConfigured)) return { failed: noProcess(task) };
  if (state === 'restarted') return { changes: [restarting(own, status, task)] };
  const chosen = own.filter((one) => isRunning(one) === (state !== 'started'));
  const [verb = '', to = ''] = { started: ['start', 'RUNNING'], stopped: ['stop', 'STOPPED'], signalled: ['', ''] }[
    state
  ];
  return {
    changes: chosen.map((one): Change => {
      if (state === 'signalled')
        return {
          ...told(task, '', `${task.signal} sent`, one),
          commands: [call(task, [['signal', task.signal ?? '', one.name]])],
          effects: [mayAlter(SUBJECT), ...beyond],
          repeats: true,
        };
      return {
        ...told(task, one.state, to, one),
        commands: [call(task, [[verb, one.name]])],
        effects: [foreseen(status, chosen, to, task), ...beyond],
      };
    }),
  };
}

const told = (task: Task, from: string | null, to: string | null, one?: Program) => ({
  what: `program ${one?.name ?? task.name}`,
  from,
  to,
});

/** What programs write, and the ports that they open. */
const beyond = [mayAlter('network:', 'path:/run', 'path:/var/log')];

const foreseen = (status: Status, chosen: readonly Program[], state: string, task: Task) =>
  predicts(
    askStatus(task),
    shellAnswer(
      writeStatus({
        ...status,
        programs: status.programs.map((one) => (chosen.includes(one) ? { ...one, state } : one)),
      }),
    ),
  );

function removingProgram(own: readonly Program[], status: Status, task: Task): Plan {
  if (own.length === 0) return { changes: [] };
  const running = own.filter(isRunning);
  const stop = task.stop_before_removing && running.length > 0;
  if (running.length > 0 && !stop)
    return { failed: `${task.name} is still running: stop it first, or set \`stop_before_removing\`` };
  const name = plainName(task);
  const command = call(task, [...(stop ? [['stop', `${name}:*`]] : []), ['reread'], ['remove', name]]);
  const programs = status.programs.filter((one) => !own.includes(one));
  const stdout = writeStatus({ ...status, programs });
  const effects = [predicts(askStatus(task), shellAnswer(stdout)), ...beyond];
  const from = own.map(({ state }) => state).join(', ');
  return { changes: [{ ...told(task, from, null), commands: [command], effects }] };
}

function restarting(own: readonly Program[], status: Status, task: Task): Change {
  const from = own.length === 0 ? null : [...new Set(own.map(({ state }) => state))].join(', ');
  const name = isGroup(task.name) ? `${plainName(task)}:*` : task.name;
  return {
    ...told(task, from, 'restarted'),
    commands: [call(task, [['update'], ['restart', name]])],
    // Others change as well if their configuration has changed.
    effects: [own.length === 0 ? blurs(SUBJECT) : foreseen(status, own, 'RUNNING', task), ...beyond],
    repeats: true,
  };
}

/** Calls supervisorctl several times. It tells some errors only in its output. */
function call(task: Task, calls: readonly (readonly string[])[]): Command {
  const lines = calls.map(
    (words) => script`out=$(s ${words} 2>&1) || { printf '%s\n' "$out" >&2; exit 1; }
case $out in *': ERROR ('* | 'error:'*) printf '%s\n' "$out" >&2; exit 1 ;; esac
`,
  );
  const shown = calls.map((words) => `supervisorctl ${words.join(' ')}`).join('; ');
  return {
    ...reading(
      sh`${calling(task)}
${lines}`,
      loginOf(task),
    ),
    shown,
    long: true,
  };
}
