import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { fileSums, ucfSums } from '../debians-own.ts';
import { groupOfPath } from '../group-of-path.ts';
import type { Unmanaged, WantedTask } from '../thing.ts';

interface Conffile {
  readonly path: string;
  readonly sum: string;
  readonly isObsolete: boolean;
  readonly package: string;
}

/** Configuration files that are not as their package shipped them, that are gone, or that no version of it ships any more. */
export function conffiles(parts: Parts): readonly Unmanaged[] {
  const sums = fileSums(parts);
  const missing = missingPaths(parts);
  const all = readConffiles(parts);
  return all.flatMap(({ path, sum, isObsolete, package: of }) => {
    const now = sums.get(path);
    if (missing.has(path))
      return isObsolete
        ? []
        : [
            thing(path, `deleted, and ${of} ships it`, {
              type: 'ansible.builtin.file',
              args: { path, state: 'absent' },
            }),
          ];
    if (now === undefined) return [];
    // A file of ucf is looked at with those that no package owns.
    if (ucfSums(parts).get(path) === now) return [];
    if (now !== sum) return [thing(path, `not as ${of} shipped it`, whole(path))];
    return isObsolete ? [thing(path, `obsolete: ${of} no longer ships it`, whole(path))] : [];
  });
}

const whole = (path: string): WantedTask => ({ type: 'ansible.builtin.copy', args: { dest: path }, contentOf: path });

const thing = (path: string, why: string, task: WantedTask): Unmanaged => ({
  group: groupOfPath(path),
  name: path,
  why,
  subjects: task.contentOf === undefined ? [[`inode:${path}`]] : [[`data:${path}`]],
  tasks: [task],
});

const missingPaths = (parts: Parts): ReadonlySet<string> =>
  new Set(
    partLines(parts, 'sums').flatMap((line) => /^md5sum: '?(.*?)'?: No such file or directory$/.exec(line)?.[1] ?? []),
  );

/** Read dpkg's lists: a line with a package, then its files with an indent. What is left of removed packages is not read. */
function readConffiles(parts: Parts): readonly Conffile[] {
  const found: Conffile[] = [];
  let [status, name]: readonly (string | undefined)[] = [];
  for (const line of partLines(parts, 'conffiles')) {
    if (!line.startsWith(' ')) [status, name] = line.split(' ');
    const [, path, sum = '', flags = ''] = /^ (\/.*?) ([0-9a-f]{32})((?: [a-z-]+)*)$/.exec(line) ?? [];
    if (path === undefined || status !== 'installed' || flags.includes('remove-on-upgrade')) continue;
    found.push({ path, sum, isObsolete: flags.includes('obsolete'), package: name ?? '' });
  }
  return found;
}
