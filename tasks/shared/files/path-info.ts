import {
  type Becoming,
  becomes,
  type Effect,
  type Entry,
  followed,
  namesOf,
  nothing,
  type PathState,
  parentOf,
  type Question,
  type Self,
  stat,
  type TaskResult,
  withLacking,
} from '../../../src/sdk.ts';

/** The values that Ansible's file types report about the resulting file: IDs, names, mode, size and state. */
export function pathInfo(state: PathState): TaskResult {
  // As in Ansible, there is nothing to report for a dangling link.
  if (!state.exists || followed(state) === undefined) return {};
  const info = {
    uid: state.uid,
    gid: state.gid,
    owner: state.owner ?? String(state.uid),
    group: state.group ?? String(state.gid),
    mode: modeText(state.mode),
    size: state.size,
    state: stateName(state),
  };
  return isSizeKnown(state) ? info : withLacking({ ...info, size: undefined }, ['size']);
}

/** A mode as these types report it. Unlike stat, they put a zero in front of four digits: 02750. */
export const modeText = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`;

/** Whether an entry's size can be predicted: only the file system knows how big a directory will be. */
export const isSizeKnown = ({ kind, inode }: Pick<Entry, 'kind' | 'inode'>): boolean =>
  kind !== 'directory' || inode !== undefined;

/** Like `pathInfo`, but for the target of a link. */
export function followedInfo(state: PathState): TaskResult {
  const entry = followed(state);
  return entry === undefined ? {} : pathInfo({ exists: true, ...entry, resolved: state.resolved });
}

/** Ansible's name for the state of a path. */
export function stateName(state: PathState): 'absent' | 'link' | 'directory' | 'hard' | 'file' {
  if (!state.exists) return 'absent';
  if (state.kind === 'link' || state.kind === 'directory') return state.kind;
  return namesOf(state) > 1 ? 'hard' : 'file';
}

/** Asks about the directory that a dangling link leads to; nothing for any other path. */
export const askAim = (state: PathState): Question<PathState | undefined> =>
  state.exists && state.link !== undefined && followed(state) === undefined && state.resolved !== undefined
    ? stat(parentOf(state.resolved))
    : nothing();

/** The entry at a path itself, without following links. */
export const itself = (state: PathState): Extract<PathState, { exists: true }> | undefined =>
  state.exists ? state : undefined;

/** A description of the entry that a link replaces. */
export function toldBefore(before: PathState): string | null {
  if (!before.exists) return null;
  return before.link === undefined ? before.kind : `→ ${before.link.target}`;
}

/** A newly created entry, before its owner and mode are set. */
export function newEntry(kind: 'file' | 'directory' | 'link', self: Self, parent: Entry | undefined, size = 0): Entry {
  // In a setgid directory, a new entry gets the directory's group, and a new directory also gets the setgid bit.
  const inherits = parent !== undefined && (parent.mode & 0o2000) !== 0;
  const mode = { file: 0o644, link: 0o777, directory: 0o755 | (inherits ? 0o2000 : 0) }[kind];
  return {
    kind,
    mode,
    size,
    uid: self.uid,
    owner: self.user,
    gid: inherits ? parent.gid : self.gid,
    group: inherits ? parent.group : self.group,
  };
}

/** The entry for a new symbolic link. Its size is the length of its target in bytes. */
export const newLink = (self: Self, parent: Entry | undefined, target: string): Entry =>
  newEntry('link', self, parent, Buffer.byteLength(target));

/** The part of an effect that describes the previous entry. */
const formerly = (entry: Entry | undefined): Pick<Becoming, 'was' | 'former'> => ({
  was: entry?.kind,
  former: entry?.kind === 'file' && namesOf(entry) > 1 ? entry : undefined,
});

/** The effect of putting a new entry at a path. Without `holds`, it is the same file with other attributes. */
export function entryEffect(
  path: string,
  before: PathState,
  entry: Entry,
  more: Pick<Becoming, 'holds' | 'inPlace' | 'target' | 'mtime'> = {},
): Effect {
  const said = before.exists ? before.link?.target : undefined;
  return becomes({
    place: before.place ?? path,
    path,
    ...formerly(itself(before)),
    entry,
    ...more,
    ...(more.target !== undefined && more.target === said && { sameTarget: true }),
  });
}

/** The effect of changing the target of a path, with links followed. */
export function throughEffect(
  path: string,
  before: PathState,
  entry: Entry,
  more: Pick<Becoming, 'holds' | 'inPlace' | 'mtime'> = {},
): Effect {
  if (!before.exists || before.link === undefined) return entryEffect(path, before, entry, more);
  return becomes({ place: before.resolved ?? path, path, ...formerly(before.link.to), entry, ...more });
}

/** The effect of removing the entry at a path. */
export const absentEffect = (path: string, before: PathState): Effect =>
  becomes({
    place: before.place ?? path,
    path,
    ...formerly(itself(before)),
    entry: undefined,
  });
