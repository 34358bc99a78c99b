import { FINDING_KINDS, type Finding, type HostFinding, type Seen } from './finding.ts';
import type { Trace } from './traces/trace.ts';

/**
 * Joins findings that are the same on several hosts. Order: what is graver first, then as the playbooks have it; hosts by
 * name, as people count (web2 before web10). So equal findings are told in the same way, whichever host answered first.
 */
export function fold(findings: readonly HostFinding[]): readonly Finding[] {
  const folded = new Map<string, Folded>();
  for (const { host, order, doneBy, ...finding } of findings) {
    const key = JSON.stringify(finding);
    const known: Folded = folded.get(key) ?? { key, finding, order, hosts: new Set<string>(), doneBy: {} };
    known.hosts.add(host);
    if (doneBy !== undefined && doneBy.length > 0) known.doneBy[host] = doneBy;
    folded.set(key, known);
  }
  return [...folded.values()].sort(byGravity).map(({ finding, order, hosts, doneBy }) => ({
    ...finding,
    order,
    hosts: [...hosts].sort(byName),
    ...(Object.keys(doneBy).length > 0 && { doneBy }),
  }));
}

interface Folded {
  readonly key: string;
  readonly finding: Omit<Finding, 'hosts' | 'doneBy'>;
  readonly order: readonly [number, number];
  readonly hosts: Set<string>;
  readonly doneBy: Record<string, readonly Trace[]>;
}

function byGravity(one: Folded, other: Folded): number {
  const gravity = FINDING_KINDS.indexOf(one.finding.kind) - FINDING_KINDS.indexOf(other.finding.kind);
  const [task, item] = [one.order[0] - other.order[0], one.order[1] - other.order[1]];
  return gravity || task || item || (one.key < other.key ? -1 : 1);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Orders names as people count: web2 before web10. */
export const byName = (one: string, other: string): number => collator.compare(one, other);

/** Findings with what the history knows of them, which is given by `ID HOST`. */
export const withSeen = (findings: readonly Finding[], seen: ReadonlyMap<string, Seen>): readonly Finding[] =>
  findings.map((finding) => {
    const known = finding.hosts.flatMap((host) => {
      const one = seen.get(`${finding.id} ${host}`);
      return one === undefined ? [] : [[host, one] as const];
    });
    return known.length === 0 ? finding : { ...finding, seen: Object.fromEntries(known) };
  });
