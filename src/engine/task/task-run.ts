import type { Change } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import type { Outcome, TaskRef } from '../../core/event.ts';
import type { TaskResult } from '../../core/task-type.ts';
import { toJs, type Value } from '../../core/value.ts';
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
import { loopSoFar } from './loop-message.ts';
import { aboutItself, type TaskSoFar } from './projections.ts';

/** The context of running a task. */
export interface TaskRun {
  readonly play: PlayContext;
  readonly state: HostState;
  readonly task: Task;
  readonly ref: TaskRef;
  readonly layers: readonly VarsLayer[];
  /** What else to ask in a round. Once a task without a loop asks, its own questions are part of the round anyway. */
  readonly ahead: (isAsking?: boolean) => Promise<readonly Ahead[]>;
  /** In a check: the tasks that may change values that were read for the loop. */
  readonly read?: readonly string[];
  readonly beforeChange: (changes: readonly Change[], identity: Identity) => Promise<readonly Command[]>;
  /** In a loop: the results of the items that have ended. */
  readonly earlier?: readonly TaskResult[];
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
export function sightAfter(run: TaskRun, item: LoopItem | undefined, result: TaskResult): TemplateScope {
  const { task, earlier } = run;
  const own =
    task.register === undefined
      ? []
      : [layerOf(LEVELS.set, 'this task', { [task.register]: asRegistered(result, knownOf(run)) })];
  if (item === undefined || earlier === undefined) return sightOf(run, item, { latest: result }, own);
  const latest = itemResult(item, result);
  return sightOf(run, item, { latest, loop: () => loopSoFar([...earlier, latest]) }, own);
}

/** The variables of an item of a loop before it has run: those that earlier items register may be read. */
export function sightBefore(run: TaskRun, item: LoopItem): TemplateScope {
  const { earlier = [] } = run;
  return sightOf(run, item, { latest: earlier.at(-1), loop: () => loopSoFar(earlier) });
}

/** The variables for the expressions of a task's `register` when it has ended. */
export function sightAtEnd(run: TaskRun, { outcome: { result }, looped }: Ran): TemplateScope {
  const { results } = result;
  if (looped !== true || !Array.isArray(results)) return sightOf(run, undefined, { latest: result });
  return sightOf(run, undefined, { latest: results.at(-1), loop: () => result, ended: result });
}

function sightOf(
  run: TaskRun,
  item: LoopItem | undefined,
  soFar: TaskSoFar,
  more: readonly VarsLayer[] = [],
): TemplateScope {
  const { play, state, task } = run;
  const known = knownOf(run);
  const scopeWith = (own: readonly VarsLayer[]): TemplateScope => {
    const layers = [...run.layers, ...more, ...own];
    return item === undefined ? play.scopes.of(state, task, layers) : itemSight(play, state, task, item, layers);
  };
  return aboutItself(task, soFar, (result) => asRegistered(result, known), scopeWith).sight;
}

/** The result of an item of a loop, which tells what the item is. */
export const itemResult = ({ loopVar, value, shown }: LoopItem, result: TaskResult): TaskResult => ({
  ...result,
  [loopVar]: toJs(value),
  ansible_loop_var: loopVar,
  ...shown,
});

/** The value that a task registers. */
export const registered = (run: TaskRun, result: Outcome['result']): Value =>
  asRegistered(result, { ...knownOf(run), relies: () => run.state.relyOn(run.ref.name) });

/** What is known of a task's result. */
const knownOf = ({ state, task, ref }: TaskRun) => ({
  touched: new NotKnownYet('unknown', state.host.name, ref.name),
  mayFail: task.keywords.ignoreErrors !== undefined,
  failsByCode: task.failedWhen === undefined,
});
