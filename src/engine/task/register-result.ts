import type { Outcome } from '../../core/event.ts';
import type { Projection } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { placed } from '../variables/error-text.ts';
import { isFailureUnless } from './outcome.ts';
import { projected } from './projections.ts';
import { retryWhenKnown } from './retry-when-known.ts';
import { type Ran, registered, sightAtEnd, type TaskRun } from './task-run.ts';

/** Store the result of a task, or of an item of its loop, under the name that its `register` gives. */
export function registerResult(run: TaskRun, ran: Ran): void {
  const { state, task } = run;
  if (task.register === undefined) return;
  if (isUnknown(ran.outcome)) storeUnknown(run, ran.outcome);
  else state.set.set(task.register, state.ofNow({ value: registered(run, ran.outcome.result) }, unlessOf(ran)));
}

/**
 * Store what the expressions of `register` give when the task has ended. One that cannot be computed leaves its variable
 * undefined, with a warning: the task itself has done its work.
 */
export async function registerProjections(run: TaskRun, ran: Ran): Promise<Ran> {
  const { projections } = run.task;
  if (projections === undefined) return ran;
  if (isUnknown(ran.outcome)) {
    storeUnknown(run, ran.outcome);
    return ran;
  }
  const warnings: string[] = [];
  for (const one of projections) {
    const warning = await project(run, ran, one);
    if (warning !== undefined) warnings.push(warning);
  }
  const { outcome } = ran;
  return warnings.length === 0
    ? ran
    : { ...ran, outcome: { ...outcome, warnings: [...(outcome.warnings ?? []), ...warnings] } };
}

/** Store the value of one expression; returns why it has none. */
async function project(run: TaskRun, ran: Ran, one: Projection): Promise<string | undefined> {
  const { state } = run;
  const sight = sightAtEnd(run, ran);
  const { value: computed, read } = await state.reading(() => retryWhenKnown(run, () => projected(one, sight)));
  switch (computed.is) {
    case 'value':
      state.set.set(one.name, state.ofNow({ value: computed.value }, [...new Set([...unlessOf(ran), ...read])]));
      return undefined;
    case 'unknown':
      state.set.set(one.name, entryNotKnownYet(new NotKnownYet('unknown', state.host.name, computed.because)));
      return undefined;
    default: {
      state.set.delete(one.name);
      const why = computed.is === 'mistaken' ? placed(computed.error) : computed.failure.message;
      return `'register' leaves \`${one.name}\` undefined: ${why}`;
    }
  }
}

const isUnknown = (outcome: Outcome): boolean => outcome.status === 'unknown' && !isFailureUnless(outcome);

function storeUnknown({ state, task, ref }: TaskRun, { assuming }: Outcome): void {
  const unknown = entryNotKnownYet(new NotKnownYet('unknown', state.host.name, assuming?.[0] ?? ref.name));
  for (const name of registeredNames(task)) state.set.set(name, unknown);
}

const unlessOf = ({ ofNow = [], outcome }: Ran): readonly string[] => [
  ...new Set([...ofNow, ...(outcome.unless ?? [])]),
];
