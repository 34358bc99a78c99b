import type { Status } from '../core/event.ts';
import type { Told } from './told.ts';

/** Folds the outcomes of one task on several hosts, so that hosts with the same outcome share one report. Keeps the play's order. */
export function folded(
  events: readonly Told[],
  order: readonly string[],
  verbosity: number,
  tell: (event: Told, hosts: string) => string,
): readonly string[] {
  const rank = new Map(order.map((host, index) => [host, index]));
  const sorted = events.toSorted((a, b) => (rank.get(a.host) ?? order.length) - (rank.get(b.host) ?? order.length));
  const groups = new Map<string, { readonly event: Told; readonly hosts: string[] }>();
  for (const event of sorted) {
    const key = tell(event, '');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { event, hosts: [hostOf(event)] });
    else group.hosts.push(hostOf(event));
  }
  return [...groups.values()].map(({ event, hosts }) => tell(event, named(hosts, verbosity, event.outcome.status)));
}

/** Names all hosts that changed or failed, but only a few of many unchanged hosts. */
function named(hosts: readonly string[], verbosity: number, status: Status): string {
  const isQuiet = status === 'ok' || status === 'skipped';
  if (!isQuiet || verbosity > 0 || hosts.length <= 6) return hosts.join(', ');
  return `${hosts.slice(0, 3).join(', ')} and ${hosts.length - 3} more`;
}

/** The host of an outcome, and the host that the task was delegated to. */
export const hostOf = ({ host, delegatedTo }: Told): string =>
  delegatedTo === undefined ? host : `${host} -> ${delegatedTo}`;
