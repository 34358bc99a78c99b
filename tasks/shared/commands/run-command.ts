import {
  anyCode,
  becomes,
  blurs,
  type Change,
  type Command,
  type Done,
  decodeText,
  each,
  exists,
  exporting,
  mayAlter,
  ownLocale,
  type PathState,
  predicts,
  type Reply,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  stat,
  type TaskContext,
  type TaskResult,
  writtenScript,
} from '../../../src/sdk.ts';
import { duration, splitLines, timestamp } from '../text.ts';

/** Parameters that `command`, `shell` and `script` share. */
export const guards = {
  creates: { type: 'path', doc: 'A path or pattern; if something matches it, the command is not run.' },
  removes: { type: 'path', doc: 'A path or pattern; if nothing matches it, the command is not run.' },
  unless: { type: 'str', doc: 'A read-only command, run first; if it succeeds, the task has nothing to do.' },
  onlyif: { type: 'str', doc: 'A read-only command, run first; if it fails, the task has nothing to do.' },
  chdir: { type: 'path', doc: 'The directory to run the command in.' },
  about: {
    type: 'list',
    elements: 'subject',
    doc: 'Everything that the command changes or that `unless` and `onlyif` look at, for example `path:/etc/nginx`, `unit:nginx.service`, `package:nginx`. A check then knows that the command leaves everything else unchanged. Default: everything.',
  },
} as const;

/** Parameters about the input and output of what is run; each type describes its own `stdin`. */
export const streams = {
  stdin_add_newline: { type: 'bool', default: true, doc: 'End `stdin` with a newline.' },
  strip_empty_ends: {
    type: 'bool',
    default: true,
    doc: 'Strip trailing empty lines from stdout and stderr in the result.',
  },
} as const;

/** What is run gets this on its standard input; undefined if nothing is given. */
export const inputOf = (given: { readonly stdin?: string | undefined; readonly stdin_add_newline: boolean }) =>
  given.stdin === undefined ? undefined : `${given.stdin}${given.stdin_add_newline ? '\n' : ''}`;

/** The guards of a command. */
interface Guards {
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly unless?: string | undefined;
  readonly onlyif?: string | undefined;
  readonly chdir?: string | undefined;
  readonly about?: readonly string[] | undefined;
}

/** The questions to ask for the guards. */
export function askGuards({ creates, removes, unless, onlyif, chdir, about }: Guards, context: TaskContext) {
  const ask = (written: string) =>
    shell({
      ...sh`${ownLocale}${exporting(context.environment)}${inFolder(chdir)}${writtenScript(written)}`,
      about,
      deadlineMs: 120_000,
    });
  return {
    ...(creates === undefined ? {} : { creates: exists(creates, chdir) }),
    ...(removes === undefined ? {} : { removes: exists(removes, chdir) }),
    ...(unless === undefined ? {} : { unless: ask(unless) }),
    ...(onlyif === undefined ? {} : { onlyif: ask(onlyif) }),
    // Where a check follows a link, what the command changes is the link's target.
    ...(context.check ? each('at', pathsOf(about), (path) => stat(path)) : {}),
  };
}

/** The paths that a command states as what it is about. */
const pathsOf = (about: readonly string[] = []): readonly string[] =>
  about.flatMap((subject) => /^path:(\/[^*]*)$/.exec(subject)?.[1] ?? []);

/** The answers to the guards' questions. */
interface Guarded {
  readonly creates?: boolean;
  readonly removes?: boolean;
  readonly unless?: ShellAnswer;
  readonly onlyif?: ShellAnswer;
  readonly [path: `at ${string}`]: PathState | undefined;
}

/** Runs a command, unless its guards show that there is nothing to do. */
export function planCommand(state: Guarded, params: Guards, cmd: string | readonly string[], command: Command) {
  const reason = notNeeded(state, params);
  if (reason !== undefined) return { changes: [], result: notRun(cmd, reason) };
  const change: Change = {
    what: 'command',
    from: '',
    to: typeof cmd === 'string' ? cmd : cmd.join(' '),
    // The exit code is part of the result, because `failed_when` may accept it.
    commands: [{ long: true, accepts: anyCode, ownLocale: true, ...command }],
    effects: foreseen(state, params),
  };
  return { changes: [change] };
}

/** The result if a guard shows that there is nothing to do. */
export function notNeeded(state: Guarded, { creates, removes }: Guards): { stdout: string; msg: string } | undefined {
  const because = (what: string) => ({ stdout: `skipped, since ${what}`, msg: `Did not run command since ${what}` });
  const path = (name: string | undefined, how: string) => ({
    stdout: `skipped, since ${name} ${how}`,
    msg: `Did not run command since '${name}' ${how}`,
  });
  if (state.creates === true) return path(creates, 'exists');
  if (state.removes === false) return path(removes, 'does not exist');
  if (state.unless?.code === 0) return because('`unless` succeeded');
  if (state.onlyif !== undefined && state.onlyif.code !== 0) return because('`onlyif` failed');
  return undefined;
}

const notRun = (cmd: string | readonly string[], { stdout, msg }: { stdout: string; msg: string }): TaskResult => ({
  cmd,
  rc: 0,
  stdout,
  stderr: '',
  stdout_lines: [stdout],
  stderr_lines: [],
  msg,
  ...notRunAt,
});

/** The effects of a command are unknown, except for what its guards state and `about` rules out. */
const foreseen = (state: Guarded, { creates, removes, chdir, about = ['everything'] }: Guards) => [
  mayAlter(...about, ...pathsOf(about).flatMap((path) => targetOf(state[`at ${path}`]))),
  // The path in `creates` then exists, with unknown content.
  ...(creates === undefined
    ? []
    : [...(isOnePath(creates) ? [blurs(`path:${creates}`)] : []), predicts(exists(creates, chdir), true)]),
  ...(removes === undefined
    ? []
    : [
        ...(isOnePath(removes) ? [becomes({ place: removes, was: 'file', entry: undefined })] : []),
        predicts(exists(removes, chdir), false),
      ]),
];

const targetOf = (there: PathState | undefined): readonly string[] =>
  there?.exists === true && there.link !== undefined && there.resolved !== undefined ? [`path:${there.resolved}`] : [];

const isOnePath = (path: string): boolean => path.startsWith('/') && !/[*?[]/.test(path);

/** The shell line that changes to a command's directory; `$PWD` is then its real path, with links resolved. */
export function inFolder(chdir: string | undefined): Script {
  if (chdir === undefined) return script``;
  const saying = (why: string): string => `${NOT_ENTERED} ${why}: b'${chdir}'`;
  return script`cd -P -- ${chdir} >/dev/null 2>&1 || {
  if [ -d ${chdir} ]; then echo ${saying('[Errno 13] Permission denied')}
  elif [ -e ${chdir} ]; then echo ${saying('[Errno 20] Not a directory')}
  else echo ${saying('[Errno 2] No such file or directory')}; fi >&2
  exit 1
}
`;
}

const NOT_ENTERED = 'Unable to change directory before execution:';

/** Ansible's result of a command whose directory could not be entered; undefined for any other result. */
export function notEntered(chdir: string | undefined, { cmd, rc, stdout, stderr }: TaskResult): TaskResult | undefined {
  const isThat = rc === 1 && stdout === '' && String(stderr).startsWith(`${NOT_ENTERED} [Errno`);
  if (chdir === undefined || !isThat) return undefined;
  return { changed: false, failed: true, cmd, rc: null, msg: stderr, ...nothingSaid, ...notRunAt };
}

/** Empty output. */
export const nothingSaid = { stdout: '', stderr: '', stdout_lines: [], stderr_lines: [] } as const;

const notRunAt = { start: null, end: null, delta: null } as const;

/** Ansible's result of a command task without a command. */
export const noCommand = (msg: string): TaskResult => ({
  changed: false,
  cmd: null,
  rc: 256,
  msg,
  ...nothingSaid,
  ...notRunAt,
});

/** Ansible's return values for a command that was run. */
export function commandResult(done: Done<unknown, unknown>, cmd: string | readonly string[], strip = true): TaskResult {
  const reply = done.replies.at(-1);
  if (done.changes.length === 0) return {};
  if (reply === undefined)
    return {
      cmd,
      rc: 0,
      stdout: '',
      stderr: '',
      stdout_lines: [],
      stderr_lines: [],
      msg: 'Command would have run if not in check mode',
    };
  return {
    cmd,
    rc: reply.code,
    ...outputOf(reply, strip),
    start: timestamp(done.startedAt),
    end: timestamp(done.endedAt),
    delta: duration(done.endedAt.getTime() - done.startedAt.getTime()),
    msg: messageOf(reply),
    ...(reply.code === 0 ? {} : { failed: true }),
  };
}

/** What a command printed, in a result. `strip`: without empty lines at the ends. */
function outputOf(reply: Reply, strip: boolean) {
  const text = (bytes: Uint8Array) => (strip ? decodeText(bytes).replace(/[\r\n]+$/, '') : decodeText(bytes));
  const [stdout, stderr] = [text(reply.stdout), text(reply.stderr)];
  return { stdout, stderr, stdout_lines: splitLines(stdout), stderr_lines: splitLines(stderr) };
}

const NON_ZERO = 'non-zero return code';

/** The result of a program that was run through a client: in a container, in a pod. */
export const executionResult = (reply: Reply, strip: boolean): TaskResult => ({
  changed: true,
  rc: reply.code,
  ...outputOf(reply, strip),
  ...(reply.code === 0 ? {} : { failed: true, msg: NON_ZERO }),
});

/** The documented keys of that result. */
export const executionReturns = {
  rc: 'The exit code.',
  stdout: "The program's stdout.",
  stderr: "The program's stderr.",
  stdout_lines: 'The lines of stdout.',
  stderr_lines: 'The lines of stderr.',
  msg: 'Why the task failed.',
} as const;

/** The documented keys of a command's result. */
export const commandReturns = {
  cmd: 'The command as it was run.',
  rc: 'The exit code.',
  stdout: "The command's stdout.",
  stderr: "The command's stderr.",
  stdout_lines: 'The lines of stdout.',
  stderr_lines: 'The lines of stderr.',
  start: 'When the command was started.',
  end: 'When the command ended.',
  delta: 'How long the command took.',
  msg: 'Why the command was not run, or why it failed.',
} as const;

function messageOf({ timedOut, code }: Done<unknown, unknown>['replies'][number]): string {
  if (timedOut === true) return 'took too long and was killed';
  return code === 0 ? '' : NON_ZERO;
}
