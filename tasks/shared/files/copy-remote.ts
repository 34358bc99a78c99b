import {
  type Checksum,
  type Content,
  checksum,
  content,
  type Entry,
  followed,
  joinPath,
  nameOf,
  nothing,
  type PathState,
  type Plan,
  parentOf,
  type Reply,
  type Self,
  showMode,
  stat,
  type TaskContext,
  type TaskResult,
  type TreeEntry,
  tidyPath,
  together,
  tree,
} from '../../../src/sdk.ts';
import { type Accounts, attributeChanges, unknownAccount, withAttributes } from './attributes.ts';
import { askAccounts, backupFile, type CopyParams } from './copy-file.ts';
import { type CopyTreeState, planItems, type TreeCopyParams, type TreeItem } from './copy-tree.ts';
import { fileChanges } from './file-content.ts';
import { ancestors, foldersFor } from './file-directory.ts';
import { followedInfo, throughEffect } from './path-info.ts';

/** The state of the host for copying one of its own files. */
export interface CopyRemoteState extends Accounts {
  readonly source: PathState;
  readonly sourceSum: Checksum;
  readonly sourceTree?: readonly TreeEntry[];
  readonly destTree?: readonly TreeEntry[];
  readonly dest: PathState;
  readonly destSum: Checksum;
  readonly destParent: PathState;
  readonly inside: PathState;
  readonly insideSum: Checksum;
  readonly now?: Content;
  readonly next?: Content;
  readonly self: Self;
  readonly [above: `above ${string}`]: PathState | undefined;
}

/** The questions for copying something that is already on the host. */
export function askCopyRemote(task: CopyParams, src: string) {
  const dest = tidyPath(task.dest);
  const inside = joinPath(dest, nameOf(src));
  return {
    source: stat(tidyPath(src)),
    sourceSum: checksum(tidyPath(src)),
    dest: stat(dest),
    destSum: checksum(dest),
    destParent: stat(parentOf(dest)),
    inside: stat(inside),
    insideSum: checksum(inside),
    ...askAccounts(task),
  };
}

/** The second round of questions: a directory's entries and their places; for a diff, the contents. */
export function thenAskCopyRemote(state: CopyRemoteState, task: CopyParams, src: string, context: TaskContext) {
  const folders = state.dest.exists ? {} : ancestors(tidyPath(task.dest));
  if (followed(state.source)?.kind !== 'directory') {
    const place = placeOf(state, task, src);
    const kept = !task.force && place.sum.hex !== undefined;
    const shown = context.diff && !kept && place.sum.hex !== state.sourceSum.hex;
    return together(folders, {
      now: shown ? content(place.path) : nothing(),
      next: shown ? content(tidyPath(src)) : nothing(),
    });
  }
  return together(folders, {
    sourceTree: tree({ path: tidyPath(src), checksums: true, follow: task.local_follow === true }),
    destTree: tree({ path: baseOf(task, src), checksums: true }),
  });
}

/** The directory that receives a source directory's entries. */
const baseOf = (task: CopyParams, src: string): string =>
  src.endsWith('/') ? tidyPath(task.dest) : joinPath(tidyPath(task.dest), nameOf(src));

function placeOf(state: CopyRemoteState, task: CopyParams, src: string) {
  const dest = tidyPath(task.dest);
  return task.dest.endsWith('/') || followed(state.dest)?.kind === 'directory'
    ? { path: joinPath(dest, nameOf(src)), before: state.inside, sum: state.insideSum, parent: state.dest }
    : { path: dest, before: state.dest, sum: state.destSum, parent: state.destParent };
}

/** The changes needed to make a file or directory on the host equal to its source there. */
export function planCopyRemote(state: CopyRemoteState, task: TreeCopyParams, src: string, context: TaskContext): Plan {
  const source = followed(state.source);
  if (source === undefined || (src.endsWith('/') && source.kind !== 'directory'))
    return { failed: `Source ${src} not found` };
  if (source.kind === 'directory') return planRemoteTree(state, task, src);
  if (source.kind !== 'file') return { failed: `Cannot copy invalid source '${src}': not a file` };
  if (task.checksum !== undefined && task.checksum !== state.sourceSum.hex)
    return {
      failed: 'Copied file does not match the expected checksum. Transfer failed.',
      result: { checksum: state.sourceSum.hex, expected_checksum: task.checksum },
    };
  return planRemoteFile(state, task, src, source, context);
}

const ALREADY_THERE = { changes: [], result: { msg: 'file already exists' } } as const;

function planRemoteFile(
  state: CopyRemoteState,
  task: TreeCopyParams,
  src: string,
  source: Entry,
  context: TaskContext,
): Plan {
  const place = placeOf(state, task, src);
  if (followed(place.before) !== undefined && !task.force) return ALREADY_THERE;
  const parent = followed(place.parent);
  const wrong = unknownAccount(task, state);
  if (wrong !== undefined) return { failed: wrong };
  if (followed(place.before)?.kind === 'directory')
    return { failed: `cannot write to ${place.path}: it is a directory` };
  if (parent === undefined && !task.dest.endsWith('/'))
    return { failed: `Destination directory ${parentOf(place.path)} does not exist` };
  if (parent !== undefined && parent.kind !== 'directory')
    return { failed: `Destination directory ${parentOf(place.path)} is not a directory` };
  const folders =
    parent === undefined
      ? foldersFor(tidyPath(task.dest), state, { ...task, mode: task.directory_mode })
      : { changes: [], parent: place.parent };
  if ('failed' in folders) return folders;
  const written = fileChanges({
    ...place,
    parent: folders.parent,
    self: state.self,
    accounts: state,
    wanted: task.keepModes === true ? { ...task, mode: showMode(source.mode) } : task,
    content: state.next?.bytes ?? {
      copyOf: tidyPath(src),
      place: state.source.resolved ?? tidyPath(src),
      size: source.size,
      sha1: state.sourceSum.hex ?? '',
    },
    same:
      place.sum.hex === state.sourceSum.hex && (task.follow || !place.before.exists || place.before.link === undefined),
    now: state.now?.bytes,
    follow: task.follow,
    validate: task.validate,
    backup: task.backup,
    unsafe: task.unsafe_writes,
    diff: context.diff,
  });
  return { changes: [...folders.changes, ...written] };
}

function planRemoteTree(state: CopyRemoteState, task: TreeCopyParams, src: string): Plan {
  // As in Ansible, the directory as a whole counts, unlike in a copy of files from the playbook's side: the one that is made.
  const isInside = !src.endsWith('/') && followed(state.dest)?.kind === 'directory';
  if (followed(isInside ? state.inside : state.dest) !== undefined && !task.force) return ALREADY_THERE;
  const into = src.endsWith('/') ? '' : nameOf(src);
  if (!state.dest.exists && !task.dest.endsWith('/') && followed(state.destParent) === undefined)
    return { failed: `Destination directory ${parentOf(tidyPath(task.dest))} does not exist` };
  const below = (path: string) => [into, path].filter((part) => part !== '').join('/');
  const items = (state.sourceTree ?? []).flatMap((entry) =>
    below(entry.path) === ''
      ? []
      : itemOf(entry, below(entry.path), src, state.source.resolved).map((item) =>
          entry.path === '' ? { ...item, ownMode: task.mode } : item,
        ),
  );
  const root = topOf(state, src);
  const base = root.resolved ?? baseOf(task, src);
  const source = state.source.resolved;
  // A directory copied into itself would grow without end.
  if (source !== undefined && base.startsWith(`${source}/`))
    return { failed: `cannot copy ${tidyPath(src)} into itself: ${base} is in it` };
  const places = new Map((state.destTree ?? []).map((entry) => [below(entry.path), entry]));
  const known = Object.fromEntries(
    items.flatMap((item) => [
      [
        `at ${item.path}`,
        stateOf(
          places.get(item.path),
          joinPath(base, src.endsWith('/') ? item.path : item.path.slice(into.length + 1)),
        ),
      ],
      [`sum ${item.path}`, { hex: places.get(item.path)?.sha1, resolved: undefined }],
    ]),
  );
  // As with Ansible, `mode` is that of the directory itself; what is in it keeps its own.
  const each = { ...task, mode: undefined };
  const there = followed(root);
  const copied = planItems(
    { ...state, ...known } as CopyTreeState,
    each,
    items,
    into === '' ? (task.mode ?? task.directory_mode ?? sourceMode(state)) : task.directory_mode,
  );
  if (!('changes' in copied) || into !== '' || there === undefined) return copied;
  const wanted = { ...task, mode: task.mode ?? task.directory_mode };
  const effect = throughEffect(base, root, withAttributes(there, wanted, state));
  const attributes = attributeChanges(base, there, wanted, state, { of: ` of ${base}` });
  return { changes: [...attributes.map((change) => ({ ...change, effects: [effect] })), ...copied.changes] };
}

/** The directory that the copy of a tree is, or becomes. */
const topOf = (state: CopyRemoteState, src: string): PathState => (src.endsWith('/') ? state.dest : state.inside);

const sourceMode = ({ source }: CopyRemoteState): string | undefined => {
  const entry = followed(source);
  return entry === undefined ? undefined : showMode(entry.mode);
};

function itemOf(entry: TreeEntry, path: string, src: string, place: string | undefined): readonly TreeItem[] {
  if (entry.kind !== 'file' && entry.kind !== 'directory' && entry.kind !== 'link') return []; // devices and pipes are not copied
  const content =
    entry.kind === 'file'
      ? { copyOf: joinPath(tidyPath(src), entry.path), place: joinPath(place ?? tidyPath(src), entry.path) }
      : undefined;
  return [
    {
      path,
      kind: entry.kind,
      mode: entry.mode,
      keepsMode: true,
      size: entry.size,
      target: entry.target,
      sha1: entry.sha1,
      content,
    },
  ];
}

/** A tree entry in the form that `stat` reports; a link's target is unknown. */
function stateOf(entry: TreeEntry | undefined, path: string): PathState {
  if (entry === undefined) return { exists: false, place: path, resolved: path };
  const { id, path: _path, mtime: _mtime, ...known } = entry;
  return {
    exists: true,
    ...known,
    ...(id !== undefined && { foreseen: { id } }),
    place: path,
    resolved: path,
    ...(entry.target !== undefined && { link: { target: entry.target, to: undefined } }),
  };
}

/** The registered result of a copy within the host. */
export function copyRemoteResult(
  state: CopyRemoteState,
  task: CopyParams,
  src: string,
  replies: readonly Reply[],
): TaskResult {
  if (followed(state.source)?.kind === 'directory')
    return { dest: src.endsWith('/') ? task.dest : baseOf(task, src), src, ...followedInfo(topOf(state, src)) };
  const place = placeOf(state, task, src);
  return {
    dest: task.follow ? (place.before.resolved ?? place.path) : place.path,
    src,
    checksum: state.sourceSum.hex,
    ...followedInfo(place.before),
    ...backupFile(replies, task.backup),
  };
}
