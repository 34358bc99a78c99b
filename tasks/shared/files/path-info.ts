import {
  type Becoming,
  becomes,
  type Effect,
  type Entry,
  followed,
  type Holding,
  namesOf,
  type PathState,
  type Self,
  type TaskResult,
  withLacking,
} from '../../../src/sdk.ts';

/** What Ansible's file types report about the resulting file: ids, names, mode, size and state. */
export function pathInfo(state: PathState): TaskResult {
  // There is nothing to report for a dangling link, in Ansible either.
  if (!state.exists || followed(state) === undefined) return {};
  const info = {
    uid: state.uid,
    gid: state.gid,
    owner: state.owner ?? String(state.uid),
    group: state.group ?? String(state.gid),
    // Unlike stat, these types put a zero before four digits: 02750.
    mode: `0${state.mode.toString(8).padStart(3, '0')}`,
    size: state.size,
    state: stateName(state),
  };
  return isSizeKnown(state) ? info : withLacking({ ...info, size: undefined }, ['size']);
}

/** Only the file system knows how big a directory will be. */
export const isSizeKnown = ({ kind, inode }: Pick<Entry, 'kind' | 'inode'>): boolean =>
  kind !== 'directory' || inode !== undefined;

/** The same of what is at the end of a link. */
export function followedInfo(state: PathState): TaskResult {
  const entry = followed(state);
  return entry === undefined ? {} : pathInfo({ exists: true, ...entry, resolved: state.resolved });
}

/** Ansible's word for what is at a path. */
export function stateName(state: PathState): 'absent' | 'link' | 'directory' | 'hard' | 'file' {
  if (!state.exists) return 'absent';
  if (state.kind === 'link' || state.kind === 'directory') return state.kind;
  return namesOf(state) > 1 ? 'hard' : 'file';
}

/** The entry at a path itself, links not followed. */
export const itself = (state: PathState): Extract<PathState, { exists: true }> | undefined =>
  state.exists ? state : undefined;

/** What a link takes the place of, in words. */
export function toldBefore(before: PathState): string | null {
  if (!before.exists) return null;
  return before.link === undefined ? before.kind : `→ ${before.link.target}`;
}

/** An entry as it is when somebody has just made it, before it gets owner and mode. */
export function newEntry(kind: 'file' | 'directory' | 'link', self: Self, parent: Entry | undefined, size = 0): Entry {
  // A folder with setgid gives its group, and to folders the bit.
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

/** How a path is once an entry of its own is there instead of what was. Without `holds` it is the same file with other attributes. */
export function entryEffect(
  path: string,
  before: PathState,
  entry: Entry,
  more: Pick<Becoming, 'holds' | 'target' | 'mtime'> = {},
): Effect {
  const said = before.exists ? before.link?.target : undefined;
  return becomes({
    place: before.place ?? path,
    path,
    was: before.exists ? before.kind : undefined,
    entry,
    ...more,
    ...(more.target !== undefined && more.target === said && { sameTarget: true }),
  });
}

/** How a path is once the entry that it leads to, links followed, is another. */
export function throughEffect(
  path: string,
  before: PathState,
  entry: Entry,
  holds?: Holding,
  mtime?: Becoming['mtime'],
): Effect {
  const more = { ...(holds !== undefined && { holds }), ...(mtime !== undefined && { mtime }) };
  if (!before.exists || before.link === undefined) return entryEffect(path, before, entry, more);
  return becomes({ place: before.resolved ?? path, path, was: before.link.to?.kind, entry, ...more });
}

/** How a path is once nothing is there. */
export const absentEffect = (path: string, before: PathState): Effect =>
  becomes({
    place: before.place ?? path,
    path,
    was: before.exists ? before.kind : undefined,
    entry: undefined,
  });
