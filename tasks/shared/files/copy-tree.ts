import {
  type Change,
  type Checksum,
  type Command,
  checksum,
  type Entry,
  each,
  followed,
  type Holding,
  joinPath,
  must,
  type PathState,
  type Plan,
  parentOf,
  type Self,
  sh,
  showMode,
  stat,
  type TaskResult,
  type TreeFile,
  tidyPath,
  together,
  writeFile,
} from '../../../src/sdk.ts';
import { type Accounts, attributeChanges, unknownAccount, withAttributes, withoutCommands } from './attributes.ts';
import { askAccounts, type CopyParams } from './copy-file.ts';
import type { TreeSource } from './copy-source.ts';
import { backedUp, contentDiff } from './file-content.ts';
import { folderChange, foldersFor } from './file-directory.ts';
import { entryEffect, followedInfo, newEntry, newLink, throughEffect, toldBefore } from './path-info.ts';
import { canBeTogether, type TreeWrite, writtenTogether } from './tree-writes.ts';

/** An entry to put in its place below a destination. */
export interface TreeItem {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  /** Whether a new entry gets the source's mode if none is given, as with `cp -r`. */
  readonly keepsMode?: boolean;
  /** The mode that it is to have, whatever is given for the others. */
  readonly ownMode?: string;
  readonly target?: string;
  readonly sha1?: string;
  readonly size: number;
  /** The bytes, or the path of a file on the host that contains them. */
  readonly content?: Uint8Array | { readonly copyOf: string; readonly place: string };
}

/** The answers about the places of a tree's entries (`at PATH`, `sum PATH`), and about the directories above the destination. */
export type CopyTreeState = Accounts & { readonly self: Self; readonly dest: PathState } & {
  readonly [at: `at ${string}`]: PathState | undefined;
  readonly [sum: `sum ${string}`]: Checksum | undefined;
  readonly [above: `above ${string}`]: PathState | undefined;
};

/** The parameters for copying a tree; `keepModes` gives each file the mode that it has in the source. */
export interface TreeCopyParams extends CopyParams {
  readonly keepModes?: boolean;
}

const itemsOf = (source: TreeSource): readonly TreeItem[] => [
  ...(source.into === '' ? [] : [{ path: source.into, kind: 'directory' as const, mode: 0o755, size: 0 }]),
  ...source.entries.map(
    (entry): TreeItem => ({
      ...entry,
      path: inTree(source, entry),
      size: entry.content?.length ?? 0,
    }),
  ),
];

/** The path of an entry below the destination. */
const inTree = ({ into }: TreeSource, { path }: { readonly path: string }): string =>
  joinPath(into, path).replace(/^\//, '');

/** The questions about the places of a directory's entries, all in one round. */
export const askCopyTree = (task: CopyParams, source: TreeSource) =>
  together({ dest: stat(tidyPath(task.dest)), ...askAccounts(task) }, askItems(tidyPath(task.dest), itemsOf(source)));

/** Asks about the place of each entry and, for files, about its content. */
function askItems(base: string, items: readonly TreeItem[]) {
  const paths = (some: readonly TreeItem[]) => some.map(({ path }) => path);
  return together(
    each('at', paths(items), (path) => stat(joinPath(base, path))),
    each('sum', paths(items.filter(({ kind }) => kind === 'file')), (path) => checksum(joinPath(base, path))),
  );
}

/** The changes needed to make the destination match a tree on the controller. */
export const planCopyTree = (state: CopyTreeState, task: TreeCopyParams, source: TreeSource): Plan =>
  planItems(state, task, itemsOf(source));

/**
 * Plans copying a tree's entries to a destination, directories before their contents. Other entries there stay.
 * `newMode` is the mode of the destination itself, if it is made.
 */
export function planItems(
  state: CopyTreeState,
  task: TreeCopyParams,
  items: readonly TreeItem[],
  newMode: string | undefined = task.directory_mode,
): Plan {
  const base = tidyPath(task.dest);
  const wrong = unknownAccount(task, state);
  if (wrong !== undefined) return { failed: wrong };
  const root = followed(state.dest);
  if (root !== undefined && root.kind !== 'directory')
    return { failed: `cannot copy a directory to ${base}: it is a file` };
  if (state.dest.exists && root === undefined)
    return { failed: `cannot copy a directory to ${base}: it is a dangling link` };
  const made = state.dest.exists
    ? { changes: [], parent: state.dest }
    : foldersFor(base, state, { ...task, mode: newMode });
  if ('failed' in made) return made;
  const folders = new Map<string, Entry | undefined>([['', followed(made.parent)]]);
  const changes: Change[] = [...made.changes];
  const writes: TreeWrite[] = [];
  for (const item of items) {
    const place: TreePlace = {
      item,
      path: joinPath(base, item.path),
      before: must(state[`at ${item.path}`], item.path),
      parent: folders.get(item.path.includes('/') ? parentOf(item.path) : ''),
    };
    const planned = planItem(place, state, task);
    if ('failed' in planned) return planned;
    if (planned.write !== undefined) writes.push({ at: changes.length, file: planned.write });
    changes.push(...planned.changes);
    if (item.kind === 'directory') folders.set(item.path, planned.entry);
  }
  return { changes: writtenTogether(changes, writes, task) };
}

type Planned =
  | {
      readonly changes: readonly Change[];
      readonly entry?: Entry;
      /** The file that the first of the changes writes, if it can be written together with others. */
      readonly write?: TreeFile | undefined;
    }
  | { readonly failed: string };

/** The place of an entry: its current state, and the directory that contains it. */
interface TreePlace {
  readonly item: TreeItem;
  readonly path: string;
  readonly before: PathState;
  readonly parent: Entry | undefined;
}

function planItem(place: TreePlace, state: CopyTreeState, task: TreeCopyParams): Planned {
  const { item, path, before } = place;
  if (item.kind === 'directory') return planFolder(place, state, task);
  const own = before.exists && (before.link === undefined || item.kind === 'link') ? before : undefined;
  if (followed(before)?.kind === 'directory' && own?.kind === 'directory')
    return { failed: `cannot write to ${path}: it is a directory` };
  if (before.exists && !task.force) return { changes: [] };
  return item.kind === 'link' ? planLink(place, state, task) : planFile(place, state, task);
}

function planFolder({ item, path, before, parent }: TreePlace, state: CopyTreeState, task: TreeCopyParams): Planned {
  const kept = task.keepModes === true ? showMode(item.mode) : undefined;
  const wanted = { ...task, mode: item.ownMode ?? task.directory_mode ?? kept };
  const there = followed(before);
  if (there === undefined) {
    if (before.exists) return { failed: `cannot create the directory ${path}: it is a dangling link` };
    const fresh = newEntry('directory', state.self, parent);
    const entry = withAttributes({ ...fresh, mode: item.keepsMode === true ? item.mode : fresh.mode }, wanted, state);
    return { changes: [folderChange(path, entry, wanted, [entryEffect(path, before, entry)])], entry };
  }
  if (there.kind !== 'directory') return { failed: `${path} already exists as a file` };
  const entry = withAttributes(there, wanted, state);
  const at = before.exists && before.link !== undefined ? (before.resolved ?? path) : path;
  return {
    changes: told(item, attributeChanges(at, there, wanted, state), [throughEffect(path, before, entry)], at),
    entry,
  };
}

function planLink({ item, path, before, parent }: TreePlace, state: CopyTreeState, task: TreeCopyParams): Planned {
  const { owner, group } = task;
  const wanted = { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) };
  if (before.exists && before.link?.target === item.target) {
    const effects = [entryEffect(path, before, withAttributes(before, wanted, state), { target: item.target ?? '' })];
    return { changes: told(item, attributeChanges(path, before, wanted, state), effects, path) };
  }
  const target = must(item.target, `the target of ${item.path}`);
  const made = newLink(state.self, parent, target);
  const entry = withAttributes(made, wanted, state);
  const change: Change = {
    what: `link ${item.path}`,
    from: toldBefore(before),
    to: `→ ${item.target}`,
    commands: [
      sh`ln -sfnT -- ${target} ${path}`,
      ...attributeChanges(path, made, wanted, state).flatMap((change) => change.commands),
    ],
    effects: [entryEffect(path, before, entry, { target })],
    paths: [path],
  };
  return { changes: [change] };
}

function planFile({ item, path, before, parent }: TreePlace, state: CopyTreeState, task: TreeCopyParams): Planned {
  const old = before.exists && before.link === undefined ? before : undefined;
  const wanted = task.keepModes === true ? { ...task, mode: showMode(item.mode) } : task;
  const fresh = newEntry('file', state.self, parent);
  const start = old ?? { ...fresh, mode: item.keepsMode === true ? item.mode : fresh.mode };
  const after: Entry = { ...withAttributes(start, wanted, state), size: item.size };
  const attributes = old === undefined ? [] : attributeChanges(path, old, wanted, state);
  const same = old !== undefined && state[`sum ${item.path}`]?.hex === item.sha1;
  if (same) return { changes: told(item, attributes, [entryEffect(path, before, after)], path) };
  const bytes = item.content instanceof Uint8Array ? item.content : undefined;
  const holds = bytes === undefined ? copied(item) : { bytes };
  const effects = [
    entryEffect(path, before, after, { holds, inPlace: task.unsafe_writes && old !== undefined }),
    ...(task.backup && old !== undefined ? [backedUp(path)] : []),
  ];
  const written = { path, content: must(item.content, `the content of ${item.path}`), mode: after.mode };
  const write: Command = writeFile({ ...wanted, ...written, backup: task.backup, unsafe: task.unsafe_writes });
  const keepsOwner =
    old === undefined ||
    ((task.owner !== undefined || old.uid === fresh.uid) && (task.group !== undefined || old.gid === fresh.gid));
  const file: TreeFile = { ...written, replaces: old !== undefined };
  const isJoined =
    keepsOwner && !task.backup && !task.unsafe_writes && task.validate === undefined && canBeTogether(file);
  const linkBefore = before.exists ? `link → ${before.link?.target}` : null;
  const content: Change = {
    what: `${old === undefined ? 'file' : 'content of'} ${item.path}`,
    from: old === undefined ? linkBefore : `${old.size} bytes`,
    to: `${item.sha1?.slice(0, 12)} (${item.size} bytes)`,
    ...(old === undefined && bytes !== undefined && { diff: contentDiff(path, undefined, bytes) }),
    commands: [write],
    effects,
    paths: [path],
  };
  return {
    changes: [content, ...told(item, withoutCommands(attributes), effects, path)],
    write: isJoined ? file : undefined,
  };
}

const copied = ({ content, sha1 }: TreeItem): Holding => {
  const { copyOf = '', place = copyOf } = content instanceof Uint8Array ? {} : (content ?? {});
  return { copyOf: place, ...(sha1 !== undefined && { sha1 }) };
};

const told = (
  item: TreeItem,
  changes: readonly Change[],
  effects: Change['effects'],
  path: string,
): readonly Change[] =>
  changes.map((change) => ({ ...change, what: `${change.what} of ${item.path}`, effects, paths: [path] }));

/** The registered result of copying a tree; that of the file if a tree contains only one, as in Ansible. */
export function copyTreeResult(state: CopyTreeState, task: CopyParams, source: TreeSource): TaskResult {
  const isAboveAnother = (directory: string) => source.entries.some(({ path }) => path.startsWith(`${directory}/`));
  const [only, ...others] = source.entries.filter(({ kind, path }) => kind !== 'directory' || !isAboveAnother(path));
  const path = only === undefined ? '' : inTree(source, only);
  const at = state[`at ${path}`];
  if (only?.kind === 'file' && others.length === 0 && at !== undefined)
    return {
      dest: joinPath(tidyPath(task.dest), path),
      src: joinPath(source.path, only.path),
      checksum: only.sha1,
      ...followedInfo(at),
    };
  return { dest: `${task.dest.replace(/\/$/, '')}/`, src: source.path, ...followedInfo(state.dest) };
}
