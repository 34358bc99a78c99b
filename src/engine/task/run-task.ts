import { applyUnknownFacts } from './apply-facts.ts';
import { doubted, unknownRun } from './attempt.ts';
import { declareUnknown } from './declare.ts';
import { failed, ignorable, skip, uncomputed } from './early-outcomes.ts';
import { loopOf } from './loop.ts';
import { registerProjections, registerResult } from './register-result.ts';
import { type Computation, retryWhenKnown } from './retry-when-known.ts';
import { runLoop } from './run-loop.ts';
import { runUntil } from './run-until.ts';
import type { Ran, TaskRun } from './task-run.ts';

/**
 * Run a task on one host, with its loop, retries and conditions; or not, if one of its keywords is `uncomputable`. The
 * result is registered; nothing else is decided here.
 */
export async function runTask(
  run: TaskRun,
  uncomputable?: Exclude<Computation<unknown>, { is: 'value' }>,
): Promise<Ran> {
  const { play, state, task, ref } = run;
  const sight = play.scopes.of(state, task, run.layers);
  const compute = async (): Promise<Ran> => {
    const { value: items, read: looping } = await state.reading(() => loopOf(task, sight));
    const read = [...state.rests, ...looping];
    if (items === undefined) return runUntil(run, sight);
    if (items.kind !== 'items') declareUnknown(run);
    if (items.kind === 'failed')
      return {
        outcome: await ignorable(
          doubted(
            failed(task, sight, items.message, items.msg === undefined ? undefined : { msg: items.msg }),
            run,
            sight,
            read,
          ),
          run,
          sight,
        ),
      };
    if (items.kind === 'skipped') return { outcome: { ...skip(items.message, items.condition), unless: read } };
    return runLoop({ ...run, read }, items.items, sight);
  };
  const perform = async (): Promise<Ran> => {
    if (uncomputable !== undefined) declareUnknown(run);
    if (uncomputable?.is === 'unknown') return unknownRun(run, sight, uncomputable.because);
    const settled = uncomputable ?? (await retryWhenKnown(run, compute));
    if (settled.is !== 'value') declareUnknown(run);
    return settled.is === 'value' ? settled.value : { outcome: await uncomputed(settled, run, sight) };
  };
  const ran = await perform();
  registerResult(run, ran);
  if (ran.outcome.status === 'unknown') applyUnknownFacts(play, state, task, ref.name);
  return registerProjections(run, ran);
}
