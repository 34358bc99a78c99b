import type { Parts } from '../../../core/facts/parts.ts';
import { GROUPS, type Unmanaged } from '../thing.ts';
import { accounts } from './accounts.ts';
import { conffiles } from './conffiles.ts';
import { containers } from './containers.ts';
import { firewall } from './firewall.ts';
import { jobs } from './jobs.ts';
import { mounts } from './mounts.ts';
import { packages } from './packages.ts';
import { ports } from './ports.ts';
import { changedUnits } from './units.ts';
import { type IsManaged, unownedFiles } from './unowned-files.ts';
import { zfs } from './zfs.ts';

const FINDERS: readonly ((parts: Parts) => readonly Unmanaged[])[] = [
  conffiles,
  changedUnits,
  accounts,
  jobs,
  ports,
  packages,
  mounts,
  firewall,
  zfs,
  containers,
];

/** Everything on a host that neither Debian nor a playbook accounts for, in the order of the report. */
export function findUnmanaged(parts: Parts, isManaged: IsManaged, mostTasks?: number): readonly Unmanaged[] {
  const all = [...FINDERS.flatMap((find) => find(parts)), ...unownedFiles(parts, isManaged, mostTasks)];
  const left = all.filter((thing) => !isManaged(thing));
  const names = new Set(left.map(({ group, name }) => `${group} ${name}`));
  return left
    .filter(({ group, toldBy }) => toldBy === undefined || !names.has(`${group} ${toldBy}`))
    .toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || (a.name < b.name ? -1 : 1));
}
