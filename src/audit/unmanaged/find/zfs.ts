import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { groupBy } from '../../../core/group-by.ts';
import type { Unmanaged } from '../thing.ts';

interface Policy {
  readonly dataset: string;
  readonly isRecursive: boolean;
}

/** Datasets that no policy of sanoid covers, and snapshots that neither sanoid nor syncoid made. */
export function zfs(parts: Parts): readonly Unmanaged[] {
  const policies = readPolicies(parts);
  const isCovered = (name: string): boolean =>
    policies.some(({ dataset, isRecursive }) => name === dataset || (isRecursive && name.startsWith(`${dataset}/`)));
  const byHand = partLines(parts, 'snapshots').filter((name) => !/@(autosnap_|syncoid_)/.test(name));
  const perDataset = groupBy(byHand, (name) => name.replace(/@.*$/, ''));
  return [
    ...partLines(parts, 'zfs')
      .filter((name) => !isCovered(name))
      .map((name) => thing(name, 'no policy of sanoid covers it', name)),
    ...[...perDataset].map(([name, all]) =>
      thing(`snapshots of ${name}`, `${all.length} that neither sanoid nor syncoid made: ${short(all)}`, name),
    ),
  ];
}

const short = (names: readonly string[]): string =>
  `${names
    .slice(0, 3)
    .map((name) => name.replace(/^.*@/, ''))
    .join(', ')}${names.length > 3 ? ', …' : ''}`;

function readPolicies(parts: Parts): readonly Policy[] {
  const policies: { dataset: string; isRecursive: boolean }[] = [];
  for (const line of partLines(parts, 'sanoid')) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    const last = policies.at(-1);
    if (section !== undefined) policies.push({ dataset: section, isRecursive: false });
    else if (last !== undefined && /^\s*recursive\s*=\s*(yes|zfs|true|1)\b/.test(line)) last.isRecursive = true;
  }
  return policies.filter(({ dataset }) => !dataset.startsWith('template_'));
}

const thing = (name: string, why: string, dataset: string): Unmanaged => ({
  group: 'zfs',
  name,
  why,
  subjects: [[`snapshots of ${dataset}`]],
  tasks: [],
  instead: 'add a section to /etc/sanoid/sanoid.conf',
});
