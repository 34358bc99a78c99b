import type { Include, Task } from '../../language/model.ts';
import type { Ahead } from '../host/host-link.ts';
import { leftOver } from '../host/journal.ts';
import { askAhead, comingTasks, isGate } from '../task/ahead.ts';
import type { Cursor } from '../task/cursor.ts';
import { ifKnown } from '../task/retry-when-known.ts';
import type { BatchRun } from './batch-run.ts';
import { isSelected } from './is-selected.ts';
import type { PlayHost } from './play-host.ts';

/**
 * Additional questions for a round: those of the rest of this task and of upcoming tasks, and those about an
 * interrupted run. While the task itself `isAsking`, it is computed only if it has a loop, for the items to come: reading
 * its files once more would ask for nothing new.
 */
export async function aheadOf(
  performing: BatchRun,
  host: PlayHost,
  task: Task,
  isAsking = false,
): Promise<readonly Ahead[]> {
  const { play } = performing;
  if (play.run.options.askAhead === false) return [];
  const expand = (cursor: Cursor): boolean => expandInclude(performing, host, cursor);
  const selected = (coming: Task): boolean => isSelected(play, host.state, coming);
  const tasks = function* () {
    yield task;
    yield* comingTasks(host.cursor, selected, expand);
  };
  const asked = await askAhead(play, host.state, tasks(), host.exported, {
    window: host.window.take(),
    isAsking,
  });
  if (!performing.mayHaveLeft || host.left !== undefined) return asked;
  // The host may not be reachable before such a task.
  for (const coming of tasks()) if (isGate(play, coming)) return asked;
  return [...asked, { link: host.state.link, identity: play.mainIdentity(host.state), question: leftOver(host.name) }];
}

/** Expand an include whose content is already known, only for asking ahead. */
function expandInclude({ play, includes }: BatchRun, host: PlayHost, cursor: Cursor): boolean {
  const step = cursor.next();
  if (step === undefined || step.kind !== 'item' || step.item.kind !== 'include') return false;
  const included = ifKnown(() => includes.compute(play, host.state, step.item as Include, host.exported));
  cursor.advance();
  if (included === undefined) return false;
  for (const one of included.toReversed())
    if (one.kind === 'brings') cursor.insert(one.brought.items, step.path, one.turn);
  return true;
}
