import type { Command, FromHost } from '../../core/command.ts';
import { dataText } from '../../core/data-text.ts';
import type { PlannedAnswer, PlannedCommand, PlannedWork } from '../../core/event.ts';
import { hash } from '../../core/hash.ts';
import type { AnyQuestion } from '../../core/question.ts';
import { encodeText } from '../../core/text-codec.ts';
import type { Task } from '../../language/model.ts';
import type { Target } from '../host/converge.ts';
import { withEnvironment } from '../host/host-link.ts';
import type { Guard, GuardedTask } from '../host/planning.ts';
import { untold } from '../host/round.ts';
import { keywordNumber } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import type { BoundTask } from './bind-task.ts';
import type { TaskRun } from './task-run.ts';

/** What a task asked and sent while it converged, in a check that makes a plan. */
export interface Noted {
  readonly asked: AnyQuestion<unknown>[];
  /** What a check really sent, because the task runs in a check, too. */
  readonly sent: Command[];
  /** Other changes may follow that are not known yet. */
  more: boolean;
}

/** Nothing so far. */
export const nothingNoted = (): Noted => ({ asked: [], sent: [], more: false });

/** A target that remembers what it is used for. */
export const noting = (target: Target, noted: Noted): Target => ({
  ...target,
  ask(questions) {
    noted.asked.push(...questions);
    return target.ask(questions);
  },
  act(commands, changes, after) {
    noted.sent.push(...commands);
    return target.act(commands, changes, after);
  },
  foresee(changes, more) {
    noted.more = more === true;
    target.foresee(changes, more);
  },
});

/** A target that sends only what a guard lets pass. */
export const guarded = (
  target: Target,
  { guard, digest }: { readonly guard: Guard; readonly digest: (told: unknown) => string },
  task: GuardedTask,
  call: BoundTask,
): Target => ({
  ...target,
  async act(commands, changes, after) {
    const digests = commands.map((command) => digest(toldOf(command, call)));
    const message = commands.length === 0 ? undefined : guard.refuses(task, digests);
    return message === undefined
      ? target.act(commands, changes, after)
      : { ok: false, failure: { reason: 'unplanned', message } };
  },
});

/** What a check knows about a task that has converged. */
interface Foreseen {
  readonly sight: TemplateScope;
  /** The commands that a run would send. */
  readonly commands: readonly Command[];
  readonly noted: Noted;
}

/** What a run would send for a task; undefined if nothing. */
export function plannedWork(
  { task }: TaskRun,
  call: BoundTask,
  { sight, commands: foreseen, noted }: Foreseen,
  digest: (told: unknown) => string,
): PlannedWork | undefined {
  const evenInCheck = !call.context.check && call.type.controllerOnly !== true;
  const commands = evenInCheck ? noted.sent : foreseen;
  if (commands.length === 0 && !evenInCheck) return undefined;
  const goesOn = noted.more ? GOES_ON : undefined;
  const unplannable = isLeftAlone(task, sight) ? STARTS_JOB : goesOn;
  const isRepeated = task.until !== undefined || task.retries !== undefined;
  return {
    commands: commands.map((command) => plannedCommand(command, call, digest)),
    answers: evenInCheck ? [] : answersOf(call, noted.asked, digest),
    ...(unplannable !== undefined && { unplannable }),
    ...(isRepeated && { tries: 1 + Math.max(0, keywordNumber(task.retries, sight) ?? 3) }),
    ...(evenInCheck && { evenInCheck }),
  };
}

const isLeftAlone = ({ async, poll }: Task, sight: TemplateScope): boolean =>
  (keywordNumber(async, sight) ?? 0) > 0 && keywordNumber(poll, sight) === 0;

const STARTS_JOB = 'it starts a job in the background, whose name is random';
const GOES_ON = 'what has to follow these commands is decided only when they have run';

function plannedCommand(command: Command, call: BoundTask, digest: (told: unknown) => string): PlannedCommand {
  const told = toldOf(command, call);
  const { host, user, script, stdin } = told;
  return {
    host,
    ...(user !== undefined && { user }),
    script: call.censored ? untold : script,
    ...(stdin !== undefined && {
      stdin: 'from' in stdin ? { ...stdin, ...(call.censored && { script: untold }) } : { bytes: stdin.bytes },
    }),
    digest: digest(told),
  };
}

/** All that makes a command the one that was planned. Passwords with which a user is become are not a part of it. */
function toldOf(command: Command, { link, identity }: BoundTask) {
  const { connection, address, port, user: login, become } = identity.endpoint;
  const { at, deadlineMs, stdin } = command;
  const user = become?.user ?? login;
  const own = { host: link.name, connection, address, port, login, user, method: become?.method, flags: become?.flags };
  return {
    ...(at === undefined ? own : { host: at, user: undefined }),
    script: at === undefined ? withEnvironment(identity, command) : command.script,
    deadlineMs,
    stdin: stdin === undefined ? undefined : stdinOf(stdin),
  };
}

function stdinOf(stdin: NonNullable<Command['stdin']>) {
  if (isFromHost(stdin)) return { from: stdin.host, script: stdin.command.script };
  const bytes = typeof stdin === 'string' ? encodeText(stdin) : stdin;
  return { bytes: bytes.length, content: hash('sha256', bytes) };
}

const isFromHost = (stdin: NonNullable<Command['stdin']>): stdin is FromHost =>
  typeof stdin === 'object' && 'command' in stdin;

/** An answer that is longer is told by its digest only. */
const LONGEST_ANSWER = 400;

/** With a checksum that has no key, a short secret in a file could be tried out. */
const CHECKSUM = /[0-9a-f]{32}/;

function answersOf(
  { link, identity, censored }: BoundTask,
  asked: readonly AnyQuestion<unknown>[],
  digest: (told: unknown) => string,
): readonly PlannedAnswer[] {
  const rests = new Map(
    asked.flatMap((question) => link.beliefs.restsOn(question, identity.key)).map((one) => [one[0].key, one]),
  );
  return [...rests.values()].map(([question, answer]) => {
    const text = dataText(answer.ok ? answer.value : { why: answer.why }, isFleeting);
    const isSecret = censored || ('secret' in question && question.secret === true);
    return {
      question: isSecret ? untold : question.key,
      ...(!isSecret && text.length <= LONGEST_ANSWER && !CHECKSUM.test(text) && { answer: text }),
      digest: digest([question.key, text]),
    };
  });
}

/**
 * What may change although nobody has touched what a task is about: inodes with their times, and the sizes of directories,
 * which change with what is in them. If such a thing matters to a task, its commands tell.
 */
const isFleeting = (key: string, { kind }: Readonly<Record<string, unknown>>): boolean =>
  key === 'inode' || (key === 'size' && kind === 'directory');
