import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { isFailureUnless } from './outcome.ts';
import { type Ran, registered, type TaskRun } from './task-run.ts';

/** Store the result of a task, or of an item of its loop, under the name that its `register` gives. */
export function registerResult(run: TaskRun, { outcome, ofNow = [] }: Ran): void {
  const { state, task, ref } = run;
  if (task.register === undefined) return;
  if (outcome.status === 'unknown' && !isFailureUnless(outcome))
    state.set.set(
      task.register,
      entryNotKnownYet(new NotKnownYet('unknown', state.host.name, outcome.assuming?.[0] ?? ref.name)),
    );
  else {
    const unless = [...new Set([...ofNow, ...(outcome.unless ?? [])])];
    state.set.set(task.register, state.ofNow({ value: registered(run, outcome.result) }, unless));
  }
}
