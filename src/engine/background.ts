import { randomInt } from 'node:crypto';
import { canBeJob, startJob } from '../core/commands/job.ts';
import type { Task } from '../core/model.ts';
import { type Call, keywordNumber } from './call.ts';
import type { Converged, Target } from './converge.ts';
import type { Sight } from './scopes.ts';

/** A job that a task is to start instead of waiting for its commands. */
interface Job {
  readonly id: string;
  readonly seconds: number;
}

/** The job that `async` with `poll: 0` asks for. A check starts none. */
export function jobOf(task: Task, call: Call, sight: Sight): Job | undefined {
  const seconds = keywordNumber(task.async, sight) ?? 0;
  const poll = keywordNumber(task.poll, sight);
  if (seconds <= 0 || poll !== 0 || call.context.check || call.type.controllerOnly === true) return undefined;
  return { id: `${randomInt(1e11, 1e12)}.${process.pid}`, seconds };
}

/** A target on which commands are started, and not waited for. */
export const inBackground = (target: Target, job: Job): Target => ({
  ...target,
  act: (commands, changes, after) =>
    target.act(canBeJob(commands) ? [startJob(job.id, commands, job.seconds)] : commands, changes, after),
});

/** What is known of a task whose commands were started: nothing but the job. */
export function started(converged: Converged, { id }: Job): Converged {
  if (converged.status === 'changed') {
    const result = { ansible_job_id: id, started: 1, finished: 0, results_file: `~/.ansible_async/${id}` };
    return { ...converged, result };
  }
  return converged.status === 'ok' ? ended(converged, `nothing.${id}`) : converged;
}

/** A task that was waited for, or had nothing to start, is a job that has ended. */
export const ended = <C extends Converged>(converged: C, id?: string): C =>
  'result' in converged
    ? {
        ...converged,
        result: { ...converged.result, ...(id !== undefined && { ansible_job_id: id }), started: 1, finished: 1 },
      }
    : converged;
