import { pathOfTask, type Unmanaged, type WantedTask } from '../unmanaged/thing.ts';

/** Directories of /etc with several things in them: each gets a file of tasks. */
export function crowdedFolders(tasks: readonly WantedTask[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    const folder = folderOf(task);
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return new Set([...counts].flatMap(([folder, count]) => (count > 1 ? [folder] : [])));
}

const folderOf = (task: WantedTask): string | undefined =>
  /^\/etc\/([\w.-]+)\//.exec(pathOfTask(task))?.[1]?.replace(/\.d$/, '');

/** The order of the files of tasks: what others need comes first. All other topics stand between. */
const FIRST = ['packages', 'accounts', 'datasets'];
// A clone that cannot be made, for want of a key, keeps nothing but what needs it.
const LAST = ['clones', 'cron', 'units'];

/** The place of a topic among all: a smaller number comes first. */
export function rankOf(topic: string): number {
  const first = FIRST.indexOf(topic);
  if (first >= 0) return first;
  const last = LAST.indexOf(topic);
  return last >= 0 ? FIRST.length + 1 + last : FIRST.length;
}

/** The topic of a task: the file of tasks that it stands in. */
export function topicOf({ group, name }: Unmanaged, task: WantedTask, crowded: ReadonlySet<string>): string {
  if (name.startsWith('/etc/apt/') || /\.(apt|dpkg_selections|dpkg_divert|alternatives)$/.test(task.type))
    return 'packages';
  if (/\.(group|user|authorized_key)$/.test(task.type)) return 'accounts';
  // The files of units come before clones, which they may be links into; their states come after.
  if (task.type.endsWith('.systemd')) return 'units';
  const folder = folderOf(task);
  if ((group === 'files' || group === 'units') && folder !== undefined && crowded.has(folder)) return folder;
  if (/^\/(root|home\/[^/]+)\/\.ssh\//.test(pathOfTask(task))) return 'accounts';
  // Sudoers name accounts, but are files.
  return group === 'accounts' || group === 'units' ? 'files' : group;
}
