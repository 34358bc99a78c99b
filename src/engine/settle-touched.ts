import type { Outcome } from '../core/event.ts';
import { asTemplateError, TemplateError } from '../template/index.ts';
import { ansibleMessage, placed } from './call.ts';
import { failed, failure, ignorable, unreachable } from './early-outcomes.ts';
import { learnFacts } from './facts.ts';
import { unknownOutcome } from './outcome.ts';
import type { Sight } from './scopes.ts';
import type { Ran, TaskRun } from './task-run.ts';
import { Touched } from './touched.ts';

/** Do something until nothing is in its way: touching a fact gathers the facts; touching something unknown makes the outcome so. */
export async function settleTouched(run: TaskRun, sight: Sight, act: () => Promise<Ran>): Promise<Ran> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const outcome = await outcomeOfThrown(run, sight, error);
      if (outcome !== undefined) return { outcome };
    }
  }
}

/** What an error means for the task; undefined where what was missing is there now. */
async function outcomeOfThrown(run: TaskRun, sight: Sight, error: unknown): Promise<Outcome | undefined> {
  const mistake = asTemplateError(error);
  if (mistake instanceof TemplateError)
    return ignorable(failed(run.task, sight, placed(mistake), ansibleMessage(mistake)), run.task, sight);
  if (!(error instanceof Touched)) throw error;
  if (error.what !== 'unknown') return satisfy(run, error);
  run.state.link.beliefs.unsettle(run.ref.name);
  return unknownOutcome(error.because);
}

/** Ask for what was touched: facts, or a session so that its home is known. */
async function satisfy({ play, ahead }: TaskRun, { what, host }: Touched): Promise<Outcome | undefined> {
  const state = play.stateOf(host);
  if (state === undefined || what === 'pending') return failure(`a value of ${host} is not known yet`);
  const identity = play.mainIdentity(state);
  if (what === 'facts') {
    const problem = await learnFacts(play, state, identity, ahead);
    return problem && unreachable(problem);
  }
  const opened = await state.link.open(identity);
  return opened.ok ? undefined : unreachable(opened.failure);
}
