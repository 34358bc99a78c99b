import type { Include, Meta, Task } from '../../language/model.ts';
import type { BatchRun } from './batch-run.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';

/**
 * The hosts on which a task may begin. If a plan is applied that holds only a part of the work, each host ends where its
 * plan ends: the rest is neither done nor looked at.
 */
export function withinPlan(
  { play }: BatchRun,
  hosts: readonly PlayHost[],
  item: Task | Include | Meta,
  handler: boolean,
): readonly PlayHost[] {
  const { guard } = play.run.options.planning ?? {};
  if (guard === undefined) return hosts;
  return hosts.filter((host) => {
    const end = guard.endsBefore(host.name, refOf(play, item, host, handler));
    if (end === undefined) return true;
    host.end();
    if (end.isNew)
      play.run.emit({
        kind: 'warning',
        host: host.name,
        diagnostic: { severity: 'warning', code: 'plan-end', message: end.why, at: item.at },
      });
    return false;
  });
}
