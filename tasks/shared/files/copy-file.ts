import {
  blurs,
  type Change,
  type Checksum,
  type Content,
  checksum,
  content,
  decodeText,
  followed,
  groupAccount,
  hash,
  joinPath,
  must,
  nothing,
  type PathState,
  type Plan,
  parentOf,
  type Reply,
  type Self,
  self,
  stat,
  type TaskContext,
  type TaskResult,
  tidyPath,
  userAccount,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, unknownAccount } from './attributes.ts';
import type { FileSource } from './copy-source.ts';
import { fileChanges } from './file-content.ts';
import { foldersFor } from './file-directory.ts';
import { followedInfo } from './path-info.ts';

/** The parameters for copying a file. */
export interface CopyParams extends Attributes {
  readonly dest: string;
  readonly force: boolean;
  readonly follow: boolean;
  readonly backup: boolean;
  readonly validate?: string;
  readonly checksum?: string;
  readonly directory_mode?: string;
  readonly unsafe_writes: boolean;
  readonly local_follow?: boolean;
}

/** A path for one file, and the known state of that path. */
interface Place {
  readonly path: string;
  readonly before: PathState;
  readonly sum: Checksum | undefined;
  readonly parent: PathState;
  readonly now: Content | undefined;
}

/** The state of the host for copying one file: the destination and, if that is a directory, the file's path in it. */
export interface CopyFileState extends Accounts {
  readonly dest: PathState;
  readonly destSum?: Checksum;
  readonly destParent: PathState;
  readonly destNow?: Content;
  readonly inside?: PathState;
  readonly insideSum?: Checksum;
  readonly insideNow?: Content;
  readonly self: Self;
  readonly [above: `above ${string}`]: PathState | undefined;
}

/** The login user, and the accounts that the wanted owner and group refer to. */
export const askAccounts = ({ owner, group }: Attributes) => ({
  self: self(),
  ownerAccount: userAccount(owner),
  groupAccount: groupAccount(group),
});

/** The questions for copying one file, in a single round, whether or not the destination is a directory. */
export function askCopyFile(task: CopyParams, source: FileSource, context: TaskContext) {
  const dest = tidyPath(task.dest);
  const folder = task.dest.endsWith('/');
  const inside = source.from === 'text' && !folder ? undefined : joinPath(dest, source.name);
  // The diff of a large file does not show its lines.
  const showsLines = context.diff && source.bytes instanceof Uint8Array;
  return {
    dest: stat(dest),
    destParent: stat(parentOf(dest)),
    destSum: folder ? nothing() : checksum(dest),
    destNow: showsLines && !folder ? content(dest) : nothing(),
    inside: inside === undefined ? nothing() : stat(inside),
    insideSum: inside === undefined ? nothing() : checksum(inside),
    insideNow: inside !== undefined && showsLines ? content(inside) : nothing(),
    ...askAccounts(task),
  };
}

/** The path for the file: the destination itself or, if that is a directory, the file's name in it. */
function placeOf(
  state: CopyFileState,
  task: Pick<CopyParams, 'dest'>,
  source: Pick<FileSource, 'name' | 'from'>,
): Place {
  const dest = tidyPath(task.dest);
  if (!task.dest.endsWith('/') && (source.from === 'text' || followed(state.dest)?.kind !== 'directory'))
    return { path: dest, before: state.dest, sum: state.destSum, parent: state.destParent, now: state.destNow };
  return {
    path: joinPath(dest, source.name),
    before: must(state.inside, 'the entry in the directory'),
    sum: state.insideSum,
    parent: state.dest,
    now: state.insideNow,
  };
}

/** Gives a file its content, owner and mode, creating the directory if the destination ends in a slash. */
export function planCopyFile(state: CopyFileState, task: CopyParams, source: FileSource, context: TaskContext): Plan {
  if (source.from === 'text' && (task.dest.endsWith('/') || followed(state.dest)?.kind === 'directory'))
    return { failed: 'can not use content with a dir as dest' };
  const sha1 = hash('sha1', source.bytes);
  if (task.checksum !== undefined && task.checksum !== sha1)
    return {
      failed: 'Copied file does not match the expected checksum. Transfer failed.',
      result: { checksum: sha1, expected_checksum: task.checksum },
    };
  const place = placeOf(state, task, source);
  if (place.before.exists && !task.force) return { changes: [] };
  const wrong = unknownAccount(task, state) ?? refusal(place, task);
  // Nothing that a check does not run puts a directory where a file is.
  if (wrong !== undefined)
    return { failed: wrong, ...(isBelowFile(place) ? {} : { would: [unwritten(place, source)] }) };
  const folders = place.parent.exists
    ? { changes: [], parent: place.parent }
    : foldersFor(tidyPath(task.dest), state, { ...task, mode: task.directory_mode });
  if ('failed' in folders) return folders;
  const written = fileChanges({
    ...place,
    parent: folders.parent,
    self: state.self,
    accounts: state,
    wanted: task,
    content: source.bytes,
    same: place.sum?.hex === sha1 && (place.before.exists && place.before.link === undefined ? true : task.follow),
    now: place.now?.bytes,
    follow: task.follow,
    validate: task.validate,
    backup: task.backup,
    unsafe: task.unsafe_writes,
    diff: context.diff,
  });
  return { changes: [...folders.changes, ...written] satisfies readonly Change[] };
}

/** The change that would be made if nothing were in the way. */
const unwritten = ({ path, before }: Place, { bytes }: FileSource): Change => ({
  what: before.exists ? 'content' : 'file',
  from: null,
  to: `${bytes.length} bytes`,
  commands: [],
  effects: [blurs(`path:${path}`)],
});

function refusal(place: Place, task: CopyParams): string | undefined {
  const entry = followed(place.before);
  if (entry?.kind === 'directory') return `cannot write to ${place.path}: it is a directory`;
  const parent = followed(place.parent);
  if (parent === undefined && !(task.dest.endsWith('/') && !place.parent.exists))
    return `Destination directory ${parentOf(place.path)} does not exist`;
  return isBelowFile(place) ? `Destination directory ${parentOf(place.path)} is not a directory` : undefined;
}

function isBelowFile({ parent }: Place): boolean {
  const kind = followed(parent)?.kind;
  return kind !== undefined && kind !== 'directory';
}

/** The registered result of copying a file. */
export function copyFileResult(
  state: CopyFileState,
  task: CopyParams,
  source: FileSource,
  replies: readonly Reply[],
): TaskResult {
  const place = placeOf(state, task, source);
  return {
    dest: task.follow ? (place.before.resolved ?? place.path) : place.path,
    src: source.path ?? '',
    checksum: hash('sha1', source.bytes),
    md5sum: hash('md5', source.bytes),
    ...followedInfo(place.before),
    ...backupFile(replies, task.backup),
  };
}

/** The path where `writeFile` saved the replaced file, according to its output. */
export function backupFile(replies: readonly Reply[], asked: boolean): TaskResult {
  const path = asked
    ? replies.map((reply) => decodeText(reply.stdout).trim()).find((text) => text.endsWith('~'))
    : undefined;
  return path === undefined ? {} : { backup_file: path };
}
