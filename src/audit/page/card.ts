import type { Acceptance, Finding, FindingKind, FoundBy, Seen } from '../finding.ts';

/** What one task, or one item of its loop, found: in one way on all its hosts, or in several. */
export interface Card {
  readonly id: string;
  readonly kind: FindingKind;
  readonly task: FoundBy;
  readonly item?: string;
  readonly accepted?: Acceptance;
  readonly variants: readonly Finding[];
}

/** Joins the findings of a task that differ from host to host: a thousand hosts are then still one card. */
export function cardsOf(findings: readonly Finding[]): readonly Card[] {
  const cards = new Map<string, Card & { readonly variants: Finding[] }>();
  for (const finding of findings) {
    const { id, kind, task, item, accepted } = finding;
    const key = JSON.stringify([id, kind, task, item, accepted]);
    const card = cards.get(key) ?? { id, kind, task, item, accepted, variants: [] };
    card.variants.push(finding);
    cards.set(key, card);
  }
  return [...cards.values()];
}

/** All hosts of a card, in the order of the findings. */
export const hostsOfCard = ({ variants }: Card): readonly string[] => [
  ...new Set(variants.flatMap(({ hosts }) => hosts)),
];

/** What the history knows, and the hosts about which it knows the same. */
export interface SeenOn extends Seen {
  readonly hosts: readonly string[];
}

/** What the history knows about a finding, each thing once; the oldest first. */
export function seenOn({ hosts, seen = {} }: Pick<Finding, 'hosts' | 'seen'>): readonly SeenOn[] {
  const groups = new Map<string, SeenOn & { readonly hosts: string[] }>();
  const bySeen = new Map(Object.entries(seen)); // not `seen[host]`: a host may be called `constructor`
  for (const host of hosts) {
    const known = bySeen.get(host);
    if (known === undefined) continue;
    const { firstSeen, times, cause } = known;
    const key = `${firstSeen} ${times} ${cause}`;
    const group = groups.get(key) ?? { firstSeen, times, cause, hosts: [] };
    group.hosts.push(host);
    groups.set(key, group);
  }
  return [...groups.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}
