import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../core/event.ts';
import { asTold } from '../host/as-told.ts';
import { ansibleMessage, placedCondition } from '../variables/error-text.ts';
import { firstFalse, keywordNumber } from '../variables/keyword-values.ts';
import { isUnrun } from '../variables/partly-known.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { ignorable, uncomputed } from './early-outcomes.ts';
import { attemptOrGather as attempt } from './gather-by-modules.ts';
import type { LoopItem } from './loop.ts';
import { unknownOutcome, wouldFail } from './outcome.ts';
import { retryWhenKnown } from './retry-when-known.ts';
import { type Ran, sightAfter, type TaskRun } from './task-run.ts';

/** Run one item, or a task without a loop, until `until` holds or `retries` is exhausted. */
export async function runUntil(run: TaskRun, sight: TemplateScope, item?: LoopItem): Promise<Ran> {
  const { play, state, task, ref } = run;
  if (task.until === undefined && task.retries === undefined) return attempt(run, sight, item);
  const retries = keywordNumber(task.retries, sight) ?? 3;
  const delay = keywordNumber(task.delay, sight) ?? 5;
  for (let count = 1; ; count++) {
    const ran = await attempt(run, sight, item, count);
    const { outcome } = ran;
    if (['unreachable', 'unknown'].includes(outcome.status) || isUnrun(outcome.result)) return ran;
    // What a condition skips is not repeated; what a task type itself skips is judged like any other result.
    if (outcome.status === 'skipped' && 'skip_reason' in outcome.result) return ran;
    const result = task.until === undefined ? outcome.result : { ...outcome.result, attempts: count };
    // As in Ansible, conditions for another attempt are not evaluated where there can be none.
    if (retries <= 0) return { ...ran, outcome: { ...outcome, result } };
    const refused = await retryWhenKnown(run, () => refusedBy(run, item, outcome, result));
    if (refused.is === 'unknown') return { ...ran, outcome: unknownOutcome(refused.because) };
    if (refused.is === 'mistaken') {
      const mistaken = { ...outcome, result: { ...result, failed: true, msg: ansibleMessage(refused.error) } };
      return { ...ran, outcome: await failed(mistaken, placedCondition('until', refused.error), run, sight) };
    }
    if (refused.is !== 'value') return { ...ran, outcome: await uncomputed(refused, run, sight) };
    if (refused.value === undefined) return { ...ran, outcome: { ...outcome, result } };
    // A check does not wait for something that may be changed only by a task that it does not run.
    const { unless = [] } = outcome;
    if (unless.length > 0)
      return {
        ...ran,
        outcome: wouldFail({ ...outcome, status: 'failed', message: `until: ${refused.value}` }, unless),
      };
    if (count > retries || play.run.signal.aborted) {
      const last = { ...outcome, result: { ...result, ...givenUpAfter(run, count) } };
      if (task.until === undefined || task.failedWhen !== undefined) return { ...ran, outcome: last };
      const why = `until: ${refused.value}: still false after ${count} ${count === 1 ? 'attempt' : 'attempts'}`;
      return {
        ...ran,
        outcome: await failed(last, outcome.message === undefined ? why : `${why}: ${outcome.message}`, run, sight),
      };
    }
    play.run.emit({
      kind: 'retrying',
      play: play.definition.id,
      task: ref,
      host: state.host.name,
      left: retries - count + 1,
      outcome: asTold(outcome),
    });
    await sleep(delay * 1000, undefined, { signal: play.run.signal }).catch(() => {});
    state.link.beliefs.forget();
  }
}

/**
 * The reason for another attempt: the first condition of `until` that does not hold; without `until`, that the task
 * failed.
 */
function refusedBy(
  run: TaskRun,
  item: LoopItem | undefined,
  { status }: Outcome,
  result: Outcome['result'],
): string | undefined {
  if (run.task.until === undefined) return status === 'failed' ? status : undefined;
  return firstFalse(run.task.until, sightAfter(run, item, result));
}

/** The result that Ansible registers if `until` never holds: `attempts` does not count the first attempt. */
const givenUpAfter = ({ task }: TaskRun, count: number) =>
  task.until === undefined ? {} : { failed: true, attempts: Math.max(1, count - 1) };

/** An outcome that failed because of `until`. */
const failed = (outcome: Outcome, message: string, run: TaskRun, sight: TemplateScope): Promise<Outcome> =>
  ignorable({ ...outcome, status: 'failed', message }, run, sight);
