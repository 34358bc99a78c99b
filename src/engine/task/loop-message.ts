import type { Outcome } from '../../core/event.ts';
import type { TaskResult } from '../../core/task-type.ts';

/** Ansible's message for an empty loop. */
export const NO_ITEMS = 'No items in the list';

/** Ansible's message for a loop as a whole. */
export function loopMessage(status: Outcome['status'], wanted: number, failed: boolean): string {
  if (wanted === 0) return NO_ITEMS;
  if (failed) return 'One or more items failed';
  return status === 'skipped' ? 'All items skipped' : 'All items completed';
}

/** The result of a loop as it would be if it ended after these items. */
export function loopSoFar(results: readonly TaskResult[]): TaskResult {
  const has = (key: string) => (result: TaskResult) => result[key] === true;
  const failed = results.some(has('failed'));
  const skipped = results.every(has('skipped'));
  return {
    results,
    msg: loopMessage(skipped ? 'skipped' : 'ok', results.length, failed),
    changed: results.some(has('changed')),
    ...(failed && { failed }),
    skipped,
  };
}
