import type { Change } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import type { Outcome, TaskRef } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';
import type { Task, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import type { Belief } from '../host/beliefs.ts';
import type { Acted } from '../host/converge.ts';
import type { Ahead } from '../host/host-link.ts';
import type { Identity } from '../host/identity.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import type { HostState } from '../variables/host-state.ts';
import { asRegistered } from '../variables/partly-known.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { layerOf, type TemplateScope } from '../variables/scopes.ts';
import type { BoundTask } from './bind-task.ts';
import { itemSight, type LoopItem } from './loop.ts';

/** The context of running a task. */
export interface TaskRun {
  readonly play: PlayContext;
  readonly state: HostState;
  readonly task: Task;
  readonly ref: TaskRef;
  readonly layers: readonly VarsLayer[];
  readonly ahead: () => Promise<readonly Ahead[]>;
  /** In a check: the tasks that may change values that were read for the loop. */
  readonly read?: readonly string[];
  readonly beforeChange: (changes: readonly Change[], identity: Identity) => Promise<readonly Command[]>;
  /** The item's change, if it has been made together with those of others. */
  readonly joined?: JoinedItem | undefined;
}

/**
 * An item whose change was made in one round with those of others: what the host answered before it (as predicted from
 * the changes of earlier items), replied to its commands, and answered after it.
 */
export interface JoinedItem {
  readonly call: BoundTask;
  readonly before: ReadonlyMap<string, Belief>;
  readonly acted: Acted;
  readonly after: ReadonlyMap<string, Belief>;
}

/** The outcome of a task on a host, with related information. */
export interface Ran {
  readonly outcome: Outcome;
  readonly delegatedTo?: string;
  /** Whether it iterated over a loop's items. */
  readonly looped?: boolean;
  /**
   * In a check: the tasks that may invalidate what it found, because it looked in spite of them or because its outcome
   * holds `unless` they change it.
   */
  readonly ofNow?: readonly string[];
}

/** The variables for a task's conditions after it has run, including the result under its registered name. */
export function sightAfter(run: TaskRun, item: LoopItem | undefined, result: Outcome['result']): TemplateScope {
  const { play, state, task } = run;
  const layers =
    task.register === undefined
      ? run.layers
      : [...run.layers, layerOf(LEVELS.set, 'this task', { [task.register]: asRegistered(result, knownOf(run)) })];
  return item === undefined ? play.scopes.of(state, task, layers) : itemSight(play, state, task, item, layers);
}

/** The value that a task registers. */
export const registered = (run: TaskRun, result: Outcome['result']): Value =>
  asRegistered(result, { ...knownOf(run), relies: () => run.state.relyOn(run.ref.name) });

/** What is known of a task's result. */
const knownOf = ({ state, task, ref }: TaskRun) => ({
  touched: new NotKnownYet('unknown', state.host.name, ref.name),
  mayFail: task.keywords.ignoreErrors !== undefined,
  failsByCode: task.failedWhen === undefined,
});
