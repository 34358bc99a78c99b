import {
  type Change,
  defineTask,
  joined,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  type Question,
  type Reached,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
  whenReachable,
  writtenScript,
} from '../src/sdk.ts';

const bootId = 'cat /proc/sys/kernel/random/boot_id';

const params = {
  pre_reboot_delay: {
    type: 'float',
    default: 0,
    aliases: ['pre_reboot_delay_sec'],
    doc: 'Seconds between the command and the reboot, rounded down to whole minutes, as `shutdown` requires.',
  },
  post_reboot_delay: {
    type: 'float',
    default: 0,
    aliases: ['post_reboot_delay_sec'],
    doc: 'Seconds to wait after the command before the host counts as restarted.',
  },
  reboot_timeout: {
    type: 'int',
    default: 600,
    aliases: ['reboot_timeout_sec'],
    doc: 'How many seconds the host may take to restart, and then the same number of seconds for the test command to succeed.',
  },
  connect_timeout: {
    type: 'int',
    aliases: ['connect_timeout_sec'],
    doc: 'The maximum number of seconds for one login attempt (default: 10).',
  },
  test_command: {
    type: 'str',
    default: 'whoami',
    doc: 'A command that must succeed on the restarted host, for example `systemctl is-system-running --wait`.',
  },
  msg: { type: 'str', default: 'Reboot initiated by Ansible', doc: 'The message for users who are logged in.' },
  search_paths: {
    type: 'list',
    elements: 'str',
    default: ['/sbin', '/bin', '/usr/sbin', '/usr/bin', '/usr/local/sbin'],
    doc: 'The directories in which to look for the command. PATH is not searched.',
  },
  boot_time_command: {
    type: 'str',
    default: bootId,
    doc: 'A command whose output differs after each start. The output of a command other than the default must differ as well, in addition to what Retrace itself compares.',
  },
  reboot_command: {
    type: 'str',
    doc: 'The command that restarts the host, instead of `shutdown`; `pre_reboot_delay` and `msg` then have no effect.',
  },
} as const;

type Task = Params<typeof params> & { readonly isLocal: boolean };

/** What is asked about the host, before and after. */
interface State {
  readonly boot: ShellAnswer | Reached;
  readonly command?: ShellAnswer | undefined;
  readonly tested?: Reached | undefined;
}

export default defineTask({
  name: 'ansible.builtin.reboot',
  summary: 'Restart the host and wait until it has restarted.',
  description:
    "The host has restarted when its kernel's boot ID has changed or, because a container shares the kernel of its machine, the start time of its first process. The task ends when the test command succeeds in a new login session. A check predicts the reboot; its later predictions about services, mounts, kernel parameters and files in /run and /tmp hold only if the reboot does not change them.",
  params,
  awaitsHost: true,
  refusedOnController: true,
  prepare: (given, { endpoint }): Task => ({ ...given, isLocal: endpoint.connection === 'local' }),
  ask(task, { done }): { boot: Question<ShellAnswer | Reached>; command: Question<ShellAnswer | undefined> } {
    const asked = { ...sh`${bootProof(task)}`, deadlineMs: 30_000 };
    return done === undefined
      ? {
          boot: shell({ ...asked, about: [] }),
          command: shell({ ...sh`${findCommand(task)}`, about: ['by:package:*'] }),
        }
      : {
          boot: whenReachable({ ...asked, newLoginMs: Math.max(1, task.connect_timeout ?? 10) * 1000 }),
          command: nothing(),
        };
  },
  thenAsk: (state, task, { done }) => ({
    tested:
      done !== undefined && isRestarted(done.before as unknown as State, state, task)
        ? whenReachable({ ...sh`${writtenScript(task.test_command)}`, deadlineMs: task.reboot_timeout * 1000 })
        : nothing(),
  }),
  plan(state, task, context): Plan {
    if (task.isLocal)
      return {
        failed: 'Running reboot with local connection would reboot the control node.',
        result: { changed: false, elapsed: 0, rebooted: false },
      };
    return context.done === undefined ? planReboot(state, task) : planWait(state, task, context, context.done);
  },
  result: ({ startedAt, endedAt, context }) => ({
    rebooted: true,
    elapsed: context.check ? 0 : Math.floor((endedAt.getTime() - startedAt.getTime()) / 1000),
  }),
  returns: {
    rebooted: 'Whether the host was restarted.',
    elapsed: 'How many seconds it took until the host was usable again.',
  },
  examples: [
    { title: 'Restart the host', yaml: 'reboot:', runs: { no: 'a test host may not restart' } },
    {
      title: 'Restart a slow machine and wait until all services have started',
      yaml: 'reboot:\n  reboot_timeout: 1800\n  test_command: systemctl is-system-running --wait',
      runs: { no: 'a test host may not restart' },
    },
  ],
});

function planReboot({ boot, command }: State, task: Task): Plan {
  const proof = saidBy(boot);
  if (proof.code !== 0)
    return {
      failed: `${task.boot_time_command}: failed to get host boot time info, rc: ${proof.code}, stdout: ${proof.stdout}, stderr: ${proof.stderr}`,
    };
  if (command?.code !== 0) return { failed: missing(task) };
  return { changes: [reboot(command.stdout, task)] };
}

function reboot(path: string, task: Task): Change {
  const line = script`${path}${argumentsOf(path, task)}`;
  return {
    what: 'reboot',
    from: '',
    to: line.text,
    // The reply may be lost with the connection; only a complete one tells that the command failed.
    commands: [
      {
        ...sh`o=$(${line} 2>&1) || { printf "Reboot command failed. Error was: '%s'\n" "$o" >&2; exit 1; }`,
        shown: line.text,
      },
    ],
    effects: [mayAlter(...altered)],
    repeats: true,
  };
}

/** What a restart may alter: the state of the running system, and files that live only as long as it does. */
const altered = [
  ...['unit:*', 'mount:*', 'swap:*', 'sysctl:*', 'module:*', 'ct:*', 'network:', 'hostname:', 'boot:'],
  ...['path:/run', 'path:/var/run', 'path:/tmp', 'path:/dev', 'path:/proc', 'path:/sys'],
];

function argumentsOf(path: string, { reboot_command: own, pre_reboot_delay: delay, msg }: Task): Script {
  if (own !== undefined) return writtenScript(own.trim().replace(/^\S+/, ''));
  // Where there is no `shutdown`, as in Alpine, `reboot` takes neither a delay nor a message.
  if (path.endsWith('/reboot')) return script``;
  return script` -r ${Math.max(0, Math.floor(delay / 60))} ${msg}`;
}

function planWait(state: State, task: Task, { now }: TaskContext, done: NonNullable<TaskContext['done']>): Plan {
  const { boot, tested } = state;
  if (!isRestarted(done.before as unknown as State, state, task))
    return waiting('last boot time check', reasonOf(boot) ?? 'it is still running', task);
  const restMs = task.post_reboot_delay * 1000 - (now.getTime() - done.at.getTime());
  if (restMs > 0)
    return {
      wait: { againMs: restMs, deadlineMs: restMs + 60_000, failed: 'interrupted', phase: 'post_reboot_delay' },
    };
  if (tested?.reached === true && tested.said.code === 0) return { changes: [] };
  const why = tested === undefined ? undefined : reasonOf(tested);
  return waiting('post-reboot test command', why ?? 'it has not run', task);
}

function waiting(phase: string, why: string, { reboot_timeout: seconds }: Task): Plan {
  const msg = `Timed out waiting for ${phase} (timeout=${seconds})`;
  return {
    wait: {
      againMs: 1000,
      deadlineMs: seconds * 1000,
      failed: `${msg}: ${why}`,
      result: { msg, rebooted: true },
      shown: `${phase}: ${why}`,
      phase,
    },
  };
}

/** Prints two lines: our own proof, and the output of the task's own command. */
function bootProof({ boot_time_command: command }: Task): Script {
  const told = command === bootId ? script`:` : writtenScript(command);
  return script`t=$(
${told}
) || { c=$?; printf %s "$t"; exit "$c"; }
printf '%s %s\n%s' "$(${writtenScript(bootId)} 2>/dev/null)" "$(sed 's/.*) //' /proc/1/stat 2>/dev/null | cut -d ' ' -f 20)" "$t"`;
}

/** Whether the host has started anew: both our own proof and the output of the task's own command differ. */
function isRestarted(before: State, { boot }: State, { boot_time_command: command }: Task): boolean {
  const [was, is] = [saidBy(before.boot), saidBy(boot)];
  if (is.code !== 0) return false;
  const [ownWas, ...toldWas] = was.stdout.split('\n');
  const [own, ...told] = is.stdout.split('\n');
  const differs = toldWas.join('\n') !== told.join('\n');
  // A system that is not Linux has no proof of its own.
  if (ownWas?.trim() === '') return differs;
  return own !== ownWas && (command === bootId || differs);
}

/** Why a question was not answered with success. */
function reasonOf(asked: ShellAnswer | Reached): string | undefined {
  if ('reached' in asked && !asked.reached) return asked.why;
  const { code, stdout, stderr } = saidBy(asked);
  return code === 0 ? undefined : stderr.trim() || stdout.trim() || `exit code ${code}`;
}

const unsaid: ShellAnswer = shellAnswer('', 255);

function saidBy(asked: ShellAnswer | Reached): ShellAnswer {
  if (!('reached' in asked)) return asked;
  return asked.reached ? asked.said : unsaid;
}

/** The names under which to look for the command. */
const namesOf = ({ reboot_command: own }: Task): readonly string[] =>
  own === undefined ? ['shutdown', 'reboot'] : [own.trim().split(/\s/, 1)[0] ?? ''];

/** Prints the path of the command. */
function findCommand(task: Task): Script {
  const names = namesOf(task);
  const candidates = names.flatMap((name) =>
    name.startsWith('/') ? [name] : task.search_paths.map((folder) => `${folder}/${name}`),
  );
  const tries = candidates.map((path) => script`[ -f ${path} ] && [ -x ${path} ] && { printf %s ${path}; exit; }`);
  return script`${joined(
    tries,
    script`
`,
  )}
exit 1`;
}

const missing = (task: Task): string =>
  `Unable to find command "${namesOf(task)[0]}" in search paths: [${task.search_paths.map((one) => `'${one}'`).join(', ')}]`;
