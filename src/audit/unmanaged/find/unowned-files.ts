import type { Parts } from '../../../core/facts/parts.ts';
import { nameOf, parentOf } from '../../../core/questions/files/paths.ts';
import type { Subject } from '../../../core/touches.ts';
import { ownOf, ucfSums } from '../debians-own.ts';
import { readEntries, type Unowned, type UnownedEntries } from '../entry.ts';
import { groupOfPath } from '../group-of-path.ts';
import type { Unmanaged, WantedTask } from '../thing.ts';
import { sourceLines } from './sources.ts';

/** With more files than this below a directory, a task for each would help nobody who writes a playbook. */
const MOST_TASKS = 20;

/** What a thing is told by: whether some playbook manages it. */
export type IsManaged = (thing: Pick<Unmanaged, 'subjects' | 'mention'>) => boolean;

/** Files, links and directories that no package owns. A directory is told with all that is below it, unless a part of that is managed. */
export function unownedFiles(parts: Parts, isManaged: IsManaged, mostTasks = MOST_TASKS): readonly Unmanaged[] {
  const entries = readEntries(parts);
  const own = ownOf(parts, entries.unowned);
  const isAccounted = (entry: Unowned): boolean => own(entry) !== undefined || isManaged(subjectsOf(entry, parts));
  const left = entries.unowned.filter((entry) => !isAccounted(entry));
  const kept = new Set(left.map(({ path }) => path));
  // A directory that holds something accounted for is not told itself: what made that made the directory.
  const shared = new Set(entries.unowned.filter(({ path }) => !kept.has(path)).flatMap(({ path }) => above(path)));
  const told = left.filter(({ kind, path }) => kind !== 'directory' || !shared.has(path));
  const folders = new Set(told.flatMap(({ kind, path }) => (kind === 'directory' ? [path] : [])));
  const top = told.filter(({ path }) => !above(path).some((folder) => folders.has(folder)));
  return [
    ...top.map((entry) => thingOf(entry, told, entries, parts, mostTasks)),
    ...entries.unlisted.map((folder) => unlistedThing(folder)),
  ];
}

/** All directories above a path. */
const above = (path: string): readonly string[] => {
  const folders: string[] = [];
  for (let at = parentOf(path); at !== '/' && at !== ''; at = parentOf(at)) folders.push(at);
  return folders;
};

const wanted = ({ kind, path }: Unowned): Subject => (kind === 'file' ? `data:${path}` : `inode:${path}`);

function subjectsOf(entry: Unowned, parts: Parts): Pick<Unmanaged, 'subjects' | 'mention'> {
  const [line] = sourceLines(parts, entry.path);
  const mention = /^\/etc\/mod(ules-load|probe)\.d\//.test(entry.path)
    ? nameOf(entry.path).replace(/\.conf$/, '')
    : line;
  return { subjects: [[wanted(entry)]], ...(mention !== undefined && { mention }) };
}

function thingOf(
  entry: Unowned,
  told: readonly Unowned[],
  { more }: UnownedEntries,
  parts: Parts,
  mostTasks: number,
): Unmanaged {
  const below = told.filter(({ path }) => path.startsWith(`${entry.path}/`));
  const files = below.filter(({ kind }) => kind !== 'directory');
  const count = files.length + (more.get(entry.path) ?? 0);
  const [only] = files;
  // The directories above a single file need no line of their own.
  const named = entry.kind === 'directory' && count === 1 && only !== undefined ? only : entry;
  const isMany = count > mostTasks || more.has(entry.path);
  const tasks = isMany ? [] : [entry, ...below].flatMap(taskOf);
  return {
    group: groupOfPath(named.path),
    name: named.kind === 'directory' ? `${named.path}/` : named.path,
    why: ucfSums(parts).has(named.path) ? 'not as its package left it (ucf)' : whyOf(named, count),
    ...subjectsOf(named, parts),
    tasks,
    ...(tasks.length === 0 && { instead: isMany ? MANY : 'neither a file, a link nor a directory' }),
  };
}

const MANY = 'too many files for a task each: keep them in a package, a repository (git) or an archive (unarchive)';

function whyOf({ kind, target }: Unowned, count: number): string {
  if (kind === 'link') return `link to ${target}, of no package`;
  if (kind !== 'directory') return 'of no package';
  if (count === 0) return 'empty directory, of no package';
  return `directory with ${count} files, of no package`;
}

function taskOf({ kind, path, owner, group, mode, target, isDangling }: Unowned): readonly WantedTask[] {
  const rights = { owner, group, mode };
  if (kind === 'link')
    return [
      { type: 'ansible.builtin.file', args: { path, src: target, state: 'link', ...(isDangling && { force: true }) } },
    ];
  if (kind === 'directory') return [{ type: 'ansible.builtin.file', args: { path, state: 'directory', ...rights } }];
  if (kind === 'file') return [{ type: 'ansible.builtin.copy', args: { dest: path, ...rights }, contentOf: path }];
  return [];
}

const unlistedThing = (folder: string): Unmanaged => ({
  group: groupOfPath(folder),
  name: `${folder}/*`,
  why: 'a name with a line break in it, which is not looked at',
  subjects: [],
  tasks: [],
  instead: 'rename it',
});
