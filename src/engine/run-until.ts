import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../core/event.ts';
import { attempt } from './attempt.ts';
import { firstFalse, keywordNumber } from './call.ts';
import { uncomputed } from './early-outcomes.ts';
import type { LoopItem } from './loop.ts';
import { unknownOutcome } from './outcome.ts';
import { isUnrun } from './partly-known.ts';
import type { Sight } from './scopes.ts';
import { settle } from './settle.ts';
import { type Ran, sightAfter, type TaskRun } from './task-run.ts';
import { tellable } from './tellable.ts';

/** Run one item, or a task without a loop: until it is as `until` wants it, or as often as `retries` says. */
export async function runUntil(run: TaskRun, sight: Sight, item?: LoopItem): Promise<Ran> {
  const { play, state, task, ref } = run;
  if (task.until === undefined && task.retries === undefined) return attempt(run, sight, item);
  const retries = keywordNumber(task.retries, sight) ?? 3;
  const delay = keywordNumber(task.delay, sight) ?? 5;
  for (let count = 1; ; count++) {
    const ran = await attempt(run, sight, item);
    const { outcome } = ran;
    if (['skipped', 'unreachable', 'unknown'].includes(outcome.status) || isUnrun(outcome.result)) return ran;
    const result = { ...outcome.result, attempts: count };
    const done = await settle(run, () => isDone(run, item, outcome, result));
    if (done.is === 'unknown') return { ...ran, outcome: unknownOutcome(done.because) };
    if (done.is !== 'value') return { ...ran, outcome: await uncomputed(done, run, sight) };
    if (done.value) return { ...ran, outcome: { ...outcome, result } };
    if (count > retries || play.run.signal.aborted) return { ...ran, outcome: givenUp(run, outcome, result, count) };
    play.run.emit({
      kind: 'retrying',
      play: play.play.id,
      task: ref,
      host: state.host.name,
      left: retries - count + 1,
      outcome: tellable(outcome),
    });
    await sleep(delay * 1000, undefined, { signal: play.run.signal }).catch(() => {});
    state.link.beliefs.forget();
  }
}

function isDone(run: TaskRun, item: LoopItem | undefined, outcome: Outcome, result: Outcome['result']): boolean {
  if (run.task.until === undefined) return outcome.status !== 'failed';
  return firstFalse(run.task.until, sightAfter(run, item, result)) === undefined;
}

const givenUp = ({ task }: TaskRun, outcome: Outcome, result: Outcome['result'], count: number): Outcome =>
  task.until === undefined
    ? { ...outcome, result }
    : {
        ...outcome,
        status: 'failed',
        message: outcome.message ?? `still not so after ${count} attempts`,
        result: { ...result, failed: true, attempts: count - 1 },
      };
