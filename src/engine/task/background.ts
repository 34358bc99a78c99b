import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { type Command, sh } from '../../core/command.ts';
import { canBeJob, startJob } from '../../core/commands/job.ts';
import type { Reply } from '../../core/session.ts';
import type { AnyTaskType, Done, Questions, StartedJob, TaskResult } from '../../core/task-type.ts';
import type { Task } from '../../language/model.ts';
import { type Converged, type Target, whyNotConverged } from '../host/converge.ts';
import { firstFailure } from '../host/failed-command.ts';
import { keywordNumber } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import type { BoundTask } from './bind-task.ts';
import { jobFile } from './job-file.ts';

/** A job that a task starts instead of waiting for its commands. */
interface Job {
  readonly id: string;
  readonly seconds: number;
  /** The job's status file on the host. */
  readonly file: string;
}

/** The job requested by `async` with `poll: 0`. A check does not start any. */
export function jobOf(
  task: Task,
  call: BoundTask,
  sight: TemplateScope,
  asyncDir: string | undefined,
): Job | undefined {
  const seconds = keywordNumber(task.async, sight) ?? 0;
  const poll = keywordNumber(task.poll, sight);
  if (seconds <= 0 || poll !== 0 || call.context.check || call.type.controllerOnly === true) return undefined;
  const id = newId();
  return { id, seconds, file: jobFile(id, call, sight, asyncDir) };
}

const newId = (): string => `j${randomInt(1e11, 1e12)}.${process.pid}`;

/** A target that starts commands without waiting for them. */
export const inBackground = (target: Target, job: Job): Target => ({
  ...target,
  act: (commands, changes, after) =>
    target.act(
      canBeJob(commands) ? [{ ...startJob(job.file, commands, job.seconds), ...localeOf(commands) }] : commands,
      changes,
      after,
    ),
});

const localeOf = (commands: readonly Command[]) =>
  commands.some(({ ownLocale }) => ownLocale === true) ? { ownLocale: true } : {};

/**
 * The type of a task whose commands are only started: its result describes the job, and `keep` receives how to turn
 * the job's end into a result.
 */
export function starting(type: AnyTaskType, job: Job, keep: (started: StartedJob) => void): AnyTaskType {
  let planned: TaskResult = {};
  return {
    ...type,
    acts: true,
    plan(state, params, context) {
      const plan = type.plan(state, params, context);
      if (!('changes' in plan)) return plan;
      planned = plan.result ?? {};
      return { ...plan, result: {} };
    },
    result(done: AnyDone) {
      const started = { ...done, planned };
      const over = done.changes.length === 0 || !canBeJob(commandsOf(done));
      keep({
        ask: () => questionsAfter(type, done),
        ended: (state, ran, seconds) => resultOf(type, started, state, ran, seconds),
        ...(over && { over: { ...planned, ...type.result?.(done), changed: done.changes.length > 0 } }),
      });
      return { ansible_job_id: job.id, started: 1, finished: 0, results_file: job.file };
    },
  };
}

const commandsOf = ({ changes }: AnyDone) => changes.flatMap(({ commands }) => commands);

// biome-ignore lint/suspicious/noExplicitAny: the argument of `result` of any task type
type AnyDone = Done<any, any>;

/**
 * The questions about the state after the job: those of the task and those of `thenAsk`, which are based on the answers
 * from before the job.
 */
const questionsAfter = (type: AnyTaskType, { params, before, context }: AnyDone): Questions => ({
  ...type.ask?.(params, context),
  ...type.thenAsk?.(before, params, context),
});

/** The result that the task would have had if it had been waited for. */
function resultOf(
  type: AnyTaskType,
  done: AnyDone & { readonly planned: TaskResult },
  state: Readonly<Record<string, unknown>>,
  replies: readonly Reply[],
  seconds: number,
): TaskResult {
  const endedAt = new Date(done.startedAt.getTime() + seconds * 1000);
  const result = { ...done.planned, ...type.result?.({ ...done, state, replies, endedAt }) };
  if (type.acts === true) return { changed: true, ...result };
  const wrong = firstFailure(commandsOf(done), replies);
  if (wrong !== undefined) return { changed: replies.length > 1, ...wrong.result, failed: true, msg: wrong.message };
  const remains = whyNotConverged(type, state, done.params, done.context);
  return remains === undefined ? { changed: true, ...result } : { changed: true, failed: true, msg: remains };
}

/** A task with `async` that waits for its commands. */
interface Waiting {
  readonly id: string;
  /** The directory of jobs on its host. */
  readonly folder: string;
  readonly pollMs: number;
}

/** What a task waits for if it has `async` and is not to be left alone. */
export function waitingOf(
  { async, poll }: Task,
  call: BoundTask,
  sight: TemplateScope,
  { asyncDir, pollSeconds = 15 }: { readonly asyncDir?: string; readonly pollSeconds?: number },
): Waiting | undefined {
  if ((keywordNumber(async, sight) ?? 0) <= 0) return undefined;
  const id = newId();
  const pollMs = (keywordNumber(poll, sight) ?? pollSeconds) * 1000;
  return { id, folder: dirname(jobFile(id, call, sight, asyncDir)), pollMs };
}

/** As in Ansible, the directory of jobs is there once a task with `async` has changed something. */
export const makeJobFolder = ({ folder }: Waiting): Command => ({
  ...sh`mkdir -p -m 700 ${folder}`,
  shown: `make the directory of jobs ${folder}`,
});

/** Tells again and again that a task goes on while it is waited for, and how it has ended. */
export async function whileTelling<C extends Converged>(
  { id, pollMs }: Waiting,
  tell: (id: string, is: 'running' | 'ok' | 'failed') => void,
  work: () => Promise<C>,
): Promise<C> {
  const timer = pollMs > 0 ? setInterval(() => tell(id, 'running'), pollMs) : undefined;
  try {
    const converged = await work();
    if ('result' in converged) tell(id, converged.status === 'failed' ? 'failed' : 'ok');
    return converged;
  } finally {
    clearInterval(timer);
  }
}

/** Mark a job as ended if its task was waited for. No job is left on the host. */
export const ended = <C extends Converged>(converged: C, { id }: Waiting): C =>
  'result' in converged
    ? { ...converged, result: { ...converged.result, ansible_job_id: id, started: 1, finished: 1 } }
    : converged;
