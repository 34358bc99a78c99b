import { resolve } from 'node:path';
import type { Event, Reporter } from '../core/event.ts';

type Included = Extract<Event, { kind: 'included' }>;

/** Hosts that one event names together, as Ansible does. */
export const HOSTS_TOGETHER = ', ';

/**
 * Tells once, for all hosts, what was included on each, as Ansible does: `included: /etc/play/more.yml for a, b`. Files are told by
 * their whole paths.
 */
export function mergedIncludes(report: Reporter, cwd: string): Reporter {
  let held: Included[] = [];
  const release = (): void => {
    const groups = new Map<string, Included[]>();
    for (const one of held) {
      const key = JSON.stringify([one.task.id, one.what, one.label]);
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    held = [];
    for (const [first, ...others] of groups.values()) {
      if (first === undefined) continue;
      const host = [first, ...others].map((one) => one.host).join(HOSTS_TOGETHER);
      report({ ...first, host, what: first.task.type === 'include_role' ? first.what : resolve(cwd, first.what) });
    }
  };
  return (event) => {
    if (event.kind === 'included') {
      held.push(event);
      return;
    }
    if (event.kind !== 'host-busy') release();
    report(event);
  };
}
