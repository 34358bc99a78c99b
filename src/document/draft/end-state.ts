import type { Account } from './account.ts';
import { type DraftTask, lookOnly } from './drafted.ts';

/** A task at its place in a draft, with the parts of the document that it comes from. */
interface PlacedTask {
  readonly task: DraftTask;
  readonly from: readonly Account[];
  /** What earlier parts of the document said of the same thing, which is undone or done differently later. */
  readonly undone: readonly Account[];
  /** Handlers that it notifies, by name. */
  readonly notify: readonly string[];
}

/** What stands in a draft, in order: a task, or a part of the document that no task does. */
export type DraftEntry = PlacedTask | { readonly left: Account };

/** What is on one host when all of the document was done: never two tasks for one thing. */
export interface EndState {
  readonly entries: readonly DraftEntry[];
  readonly handlers: readonly { readonly name: string; readonly task: DraftTask; readonly from: readonly Account[] }[];
}

/** A service that a timer of the document starts was started by hand to try it: that is no state to keep up. */
function withoutTriedServices(entries: readonly DraftEntry[]): readonly DraftEntry[] {
  const units = new Set(entries.flatMap((entry) => ('task' in entry ? [entry.task.declares] : [])));
  return entries.flatMap((entry) => {
    if (!('task' in entry) || entry.task.type !== 'systemd') return [entry];
    const { name, ...sets } = entry.task.args;
    const timer = `unit:${String(name).replace(/\.service$/, '.timer')}`;
    const isTried =
      String(name).endsWith('.service') && JSON.stringify(sets) === '{"state":"started"}' && units.has(timer);
    return isTried ? entry.from.map((account) => ({ left: { ...account, drafted: lookOnly } })) : [entry];
  });
}

/** Types whose tasks change what a restart puts into effect. */
const CONFIGURES = new Set([
  'apt',
  'file',
  'copy',
  'config_links',
  'lineinfile',
  'blockinfile',
  'replace',
  'get_url',
  'command',
  'apache2_module',
  'git',
  'htpasswd',
  'sysctl',
]);

/** Brings the accounts of one host to their end state. */
export function endStateOf(accounts: readonly Account[]): EndState {
  let entries: DraftEntry[] = [];
  const handlers = new Map<string, { name: string; task: DraftTask; from: Account[] }>();
  for (const account of accounts) {
    const { drafted } = account;
    if (drafted.grade === 'restart') {
      const name = handlerName(drafted.handler);
      const notified = notifiedBy(entries, account);
      if (notified.length === 0) entries.push({ left: account });
      else {
        entries = entries.map((entry) =>
          'task' in entry && notified.includes(entry) && !entry.notify.includes(name)
            ? { ...entry, notify: [...entry.notify, name] }
            : entry,
        );
        const known = handlers.get(name);
        handlers.set(name, { name, task: drafted.handler, from: [...(known?.from ?? []), account] });
      }
    } else if ('tasks' in drafted) for (const task of drafted.tasks) entries = added(entries, task, account);
    else entries.push({ left: account });
  }
  return { entries: withoutTriedServices(entries), handlers: [...handlers.values()] };
}

/** The tasks before a restart, in its section, that change something which it puts into effect. */
const notifiedBy = (entries: readonly DraftEntry[], { heading }: Account): readonly DraftEntry[] =>
  entries.filter(
    (entry) =>
      'task' in entry &&
      CONFIGURES.has(entry.task.type) &&
      entry.from.some((one) => one.heading?.line === heading?.line),
  );

const ATTRIBUTES = new Set(['path', 'mode', 'owner', 'group']);
const TAKES_ATTRIBUTES = new Set(['file', 'copy', 'get_url', 'blockinfile', 'lineinfile', 'replace', 'htpasswd']);

/** The entries with one more task: it adds to the one for the same thing, or takes its place. */
function added(entries: readonly DraftEntry[], given: DraftTask, account: Account): DraftEntry[] {
  const moved = movedBy(given);
  if (moved !== undefined && entries.some((entry) => isAtOrBelow(entry, moved.from)))
    return entries.map((entry) =>
      'task' in entry && isAtOrBelow(entry, moved.from)
        ? { ...entry, task: relocated(entry.task, moved), from: [...entry.from, account] }
        : entry,
    );
  const rewritten = withEdit(entries, given, account);
  if (rewritten !== undefined) return rewritten;
  const task = standsAlone(entries, given)
    ? { ...given, declares: `attributes:${String(given.args['path'])}` }
    : replacing(entries, given);
  const placed: PlacedTask = { task, from: [account], undone: [], notify: [] };
  const at =
    task.declares === undefined
      ? -1
      : entries.findIndex((entry) => 'task' in entry && entry.task.declares === task.declares);
  const known = entries[at];
  if (known === undefined || !('task' in known)) return [...entries, placed];
  const merged = mergedTask(known.task, task);
  if (merged !== undefined) {
    const rest = withOwnersFirst(entries, at, task);
    const one = { ...known, task: merged, from: [...known.from, account] };
    return rest.map((entry) => (entry === known ? one : entry));
  }
  return [...entries.toSpliced(at, 1), { ...placed, undone: [...known.undone, ...known.from] }];
}

/** The entries with an edit of a file whose whole content is declared already; undefined if it is no such edit. */
function withEdit(entries: readonly DraftEntry[], edit: DraftTask, account: Account): DraftEntry[] | undefined {
  const at = entries.findIndex(
    (entry) => 'task' in entry && entry.task.declares === `path:${String(edit.args['path'])}`,
  );
  const known = entries[at];
  if (known === undefined || !('task' in known) || known.task.type !== 'copy') return undefined;
  const { content } = known.task.args;
  const edited = typeof content === 'string' ? editedContent(content, edit) : undefined;
  if (edited === undefined) return undefined;
  const task = { ...known.task, args: { ...known.task.args, content: edited } };
  return entries.toSpliced(at, 1, { ...known, task, from: [...known.from, account] });
}

function editedContent(content: string, { type, args }: DraftTask): string | undefined {
  const whole = content === '' || content.endsWith('\n') ? content : `${content}\n`;
  if (type === 'replace')
    return content.replace(new RegExp(String(args['regexp']), 'gm'), () => String(args['replace']));
  if (type === 'blockinfile') return whole + String(args['block']);
  if (type !== 'lineinfile') return undefined;
  const line = String(args['line']);
  return whole.split('\n').includes(line) ? whole : `${whole}${line}\n`;
}

interface Move {
  readonly from: string;
  readonly to: string;
}

/** What `mv` does, if a task is one. */
function movedBy({ type, args }: DraftTask): Move | undefined {
  const argv = type === 'command' ? (args['argv'] as readonly string[] | undefined) : undefined;
  return argv?.[0] === 'mv' ? { from: argv[2] ?? '', to: argv[3] ?? '' } : undefined;
}

const isAtOrBelow = (entry: DraftEntry, path: string): boolean =>
  'task' in entry &&
  (entry.task.declares === `path:${path}` || entry.task.declares?.startsWith(`path:${path}/`) === true);

/** What was made at one path and then moved is made at the other. */
function relocated(task: DraftTask, { from, to }: Move): DraftTask {
  const move = (value: unknown): unknown =>
    typeof value === 'string' && (value === from || value.startsWith(`${from}/`))
      ? to + value.slice(from.length)
      : value;
  const args = Object.fromEntries(
    Object.entries(task.args).map(([name, value]) => [name, name === 'path' || name === 'dest' ? move(value) : value]),
  );
  return { ...task, args, declares: `path:${String(move(task.declares?.slice('path:'.length)))}` };
}

/** A link in the place of a file that was moved away or removed: the package brings the file again. */
function replacing(entries: readonly DraftEntry[], task: DraftTask): DraftTask {
  const { state, dest } = task.args;
  if (task.type !== 'file' || state !== 'link') return task;
  const isReplaced = entries.some(
    (entry) =>
      'task' in entry &&
      (movedBy(entry.task)?.from === dest ||
        (entry.task.declares === task.declares && entry.task.args['state'] === 'absent')),
  );
  return isReplaced ? { ...task, args: { ...task.args, force: true } } : task;
}

/** Whether a task sets owner and mode of what another kind of task makes, which cannot set them. */
function standsAlone(entries: readonly DraftEntry[], task: DraftTask): boolean {
  const known = entries.find((entry) => 'task' in entry && entry.task.declares === task.declares);
  if (!isAboutAttributes(task) || known === undefined || !('task' in known)) return false;
  return !TAKES_ATTRIBUTES.has(known.task.type) || /^(link|hard|absent)$/.test(String(known.task.args['state']));
}

/** A `file` task for owner and mode only. */
const isAboutAttributes = ({ type, args }: DraftTask): boolean =>
  type === 'file' && Object.keys(args).every((name) => ATTRIBUTES.has(name));

/** Two tasks for one thing as one; undefined if the later one takes the place of the earlier one. */
function mergedTask(known: DraftTask, more: DraftTask): DraftTask | undefined {
  if (known.becomeUser !== more.becomeUser) return undefined;
  const isThere = known.args['state'] !== 'absent';
  if (isAboutAttributes(more) && TAKES_ATTRIBUTES.has(known.type)) {
    const { path: _, ...attributes } = more.args;
    return { ...known, args: { ...known.args, ...attributes } };
  }
  if (known.type !== more.type) return undefined;
  if (known.type === 'user' && more.args['state'] !== 'absent' && isThere) {
    const groups = [...new Set([known.args['groups'], more.args['groups']].flat())].filter((one) => one !== undefined);
    return { ...known, args: { ...known.args, ...more.args, ...(groups.length > 0 && { groups }) } };
  }
  if (known.type === 'zfs' && more.args['state'] === 'present' && isThere) {
    const extra = { ...Object(known.args['extra_zfs_properties']), ...Object(more.args['extra_zfs_properties']) };
    return { ...known, args: { ...known.args, ...(Object.keys(extra).length > 0 && { extra_zfs_properties: extra }) } };
  }
  if (known.type === 'systemd' || known.type === 'ufw') return { ...known, args: { ...known.args, ...more.args } };
  if (known.type === 'file' && known.args['state'] === 'directory' && more.args['state'] === 'directory')
    return { ...known, args: { ...known.args, ...more.args } };
  // The same once more says nothing new.
  return JSON.stringify(known.args) === JSON.stringify(more.args) ? known : undefined;
}

/** A path that is given to a user who is made later in the document: the user comes first. */
function withOwnersFirst(entries: readonly DraftEntry[], at: number, { args }: DraftTask): readonly DraftEntry[] {
  const needed = new Set([`user:${String(args['owner'])}`, `group:${String(args['group'])}`]);
  const isLate = (entry: DraftEntry, index: number): boolean =>
    index > at &&
    'task' in entry &&
    needed.has(entry.task.declares ?? '') &&
    (args['owner'] !== undefined || args['group'] !== undefined);
  const late = entries.filter(isLate);
  if (late.length === 0) return entries;
  const rest = entries.filter((entry, index) => !isLate(entry, index));
  return rest.toSpliced(at, 0, ...late);
}

/** The name of a handler: what it does, to what. */
function handlerName({ type, args }: DraftTask): string {
  if (type === 'systemd') return `${args['state'] === 'reloaded' ? 'reload' : 'restart'} ${String(args['name'])}`;
  if (type === 'command') return `run ${(args['argv'] as readonly string[]).join(' ')}`;
  return `${type} ${String(args['state'] ?? '')}`.trim();
}
