import type { Outcome, TaskRef } from '../../core/event.ts';
import { countedAs } from '../host/as-told.ts';
import { placed } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { isRefusal, isTransient, unknownOutcome, unreachable } from './outcome.ts';
import type { Computation } from './retry-when-known.ts';
import { tellOutcome } from './tell-outcome.ts';

/**
 * In a check: the effect of a play on these hosts is unknown, because one of the play's keywords is. It is reported as
 * one unknown task, and whatever the play may change is unknown to later plays.
 */
export function tellUnlooked(
  context: PlayContext,
  states: readonly HostState[],
  keyword: string,
  because: string,
): void {
  for (const state of states) {
    const task = refOfKeyword(context, keyword);
    state.link.beliefs.foresee(task.name, undefined);
    state.doubt = task.name;
    tell(context, state, task, unknownOutcome(because));
  }
}

/** A host that did not respond before the play began is out. */
export function tellUnreachable(
  context: PlayContext,
  state: HostState,
  keyword: string | undefined,
  { failure }: Extract<Computation<never>, { is: 'unreachable' }>,
): void {
  if (isRefusal(failure)) state.failed = true;
  else state.unreachable = true;
  state.isLate = isTransient(failure);
  tell(context, state, refOfKeyword(context, keyword), unreachable(failure));
  if (isRefusal(failure)) return;
  context.run.emit({ kind: 'host-unreachable', host: state.host.name, failure });
}

/** A host is not done by the run's deadline: what is left of the play is not begun on it. */
export function tellLate(context: PlayContext, state: HostState, deadline: number): void {
  const time = `${new Date(deadline).toISOString().slice(11, 19)} UTC`;
  const failure = { reason: 'late', message: `${state.host.name}: not done by the deadline, ${time}` } as const;
  tellUnreachable(context, state, undefined, { is: 'unreachable', failure });
}

/** The problem with a play keyword that could not be computed for all its hosts at once. */
export const keywordError = (settled: Exclude<Computation<never>, { is: 'value' | 'unknown' }>): string =>
  settled.is === 'mistaken' ? placed(settled.error) : settled.failure.message;

const refOfKeyword = ({ definition: play }: PlayContext, keyword: string | undefined): TaskRef => ({
  id: play.id,
  name: keyword === undefined ? "the run's deadline" : `the play's ${keyword}`,
  type: 'play',
  at: play.at,
  handler: false,
  tags: [],
});

function tell(context: PlayContext, state: HostState, task: TaskRef, outcome: Outcome): void {
  state.count(countedAs(outcome));
  tellOutcome(context, state.host.name, task, outcome);
}
