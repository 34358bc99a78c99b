import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labTag, state } from './paths.ts';
import { until } from './processes.ts';

/** Move a host's first process, which is waiting for this, into separate control groups: several systemds cannot share one. */
export function joinGroup(host: string, pid: number): void {
  for (const hierarchy of hierarchies()) {
    const group = groupOf(hierarchy, host);
    mkdirSync(group, { recursive: true });
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  }
  writeFileSync(state('run', `go-${host}`), '');
}

/** The processes in a host's control groups: all of the host's, and systemd-nspawn. */
export const membersOf = (host: string): readonly number[] => [
  ...new Set(hierarchies().flatMap((hierarchy) => membersBelow(groupOf(hierarchy, host)))),
];

function membersBelow(group: string): readonly number[] {
  try {
    // A process that this one cannot see is listed as 0.
    const listed = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').map(Number);
    const own = listed.filter((pid) => pid > 0);
    const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...own, ...below.flatMap(({ name }) => membersBelow(join(group, name)))];
  } catch {
    return []; // already gone
  }
}

const groupOf = (hierarchy: string, host: string): string => join(hierarchy, `retrace-lab${labTag()}`, host);

/** Remove the control groups of a stopped host. */
export async function removeGroup(host: string): Promise<void> {
  for (const hierarchy of hierarchies()) {
    const group = groupOf(hierarchy, host);
    // The kernel empties a group a moment after its last process is gone.
    await until(`the removal of ${group}`, 5_000, () => removeTree(group) || undefined);
  }
}

/** Remove all control groups of the lab. */
export async function removeAllGroups(): Promise<void> {
  for (const hierarchy of hierarchies()) {
    const group = join(hierarchy, `retrace-lab${labTag()}`);
    await until(`the removal of ${group}`, 5_000, () => removeTree(group) || undefined);
  }
}

// systemd only looks at its own hierarchy: the one named after it, next to the unified one if both exist.
function hierarchies(): readonly string[] {
  const root = '/sys/fs/cgroup';
  if (existsSync(join(root, 'cgroup.procs'))) return [root];
  return ['systemd', 'unified']
    .map((name) => join(root, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
}

function removeTree(group: string): boolean {
  if (!existsSync(group)) return true;
  try {
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) removeTree(join(group, entry.name));
    rmdirSync(group);
    return true;
  } catch {
    return false; // still busy
  }
}
