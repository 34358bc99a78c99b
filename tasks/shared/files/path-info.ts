import {
  checksum,
  content,
  type Effect,
  type Entry,
  followed,
  type PathState,
  predicts,
  type Self,
  stat,
  type TaskResult,
} from '../../../src/sdk.ts';

/** What Ansible's file types tell of what they leave behind: ids, names, mode, size and state. */
export function pathInfo(state: PathState): TaskResult {
  // A dangling link has nothing to tell, in Ansible neither.
  if (!state.exists || followed(state) === undefined) return {};
  return {
    uid: state.uid,
    gid: state.gid,
    owner: state.owner ?? String(state.uid),
    group: state.group ?? String(state.gid),
    // Unlike stat, these types put a zero before four digits: 02750.
    mode: `0${state.mode.toString(8).padStart(3, '0')}`,
    size: state.size,
    state: stateName(state),
  };
}

/** The same of what is at the end of a link. */
export function followedInfo(state: PathState): TaskResult {
  const entry = followed(state);
  return entry === undefined ? {} : pathInfo({ exists: true, ...entry, resolved: state.resolved });
}

/** Ansible's word for what is at a path. */
export function stateName(state: PathState): 'absent' | 'link' | 'directory' | 'hard' | 'file' {
  if (!state.exists) return 'absent';
  if (state.kind === 'link' || state.kind === 'directory') return state.kind;
  return (state.inode?.nlink ?? 1) > 1 ? 'hard' : 'file';
}

/** An entry as it is when somebody has just made it, before it gets owner and mode. */
export function newEntry(kind: 'file' | 'directory' | 'link', self: Self, parent: Entry | undefined, size = 0): Entry {
  // A folder with setgid gives its group, and to folders the bit.
  const inherits = parent !== undefined && (parent.mode & 0o2000) !== 0;
  const mode = kind === 'file' ? 0o644 : kind === 'link' ? 0o777 : 0o755 | (inherits ? 0o2000 : 0);
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

/** What questions about a path would answer once an entry of its own is there instead of what was. */
export function predictsEntry(
  path: string,
  before: PathState,
  entry: Entry,
  link?: { target: string; to: Entry | undefined; resolved: string | undefined },
): readonly Effect[] {
  const { inode: _inode, ...foreseen } = entry;
  const place = before.exists && before.link !== undefined ? undefined : before.resolved;
  const state: PathState = {
    exists: true,
    ...foreseen,
    resolved: link === undefined ? (place ?? path) : link.resolved,
    ...(link && { link: { target: link.target, to: link.to } }),
  };
  return [
    predicts(stat(path), state),
    ...(place === undefined || place === path ? [] : [predicts(stat(place), state)]),
  ];
}

/** What questions about a path would answer once the entry that it leads to, links followed, is another. */
export function predictsThrough(path: string, before: PathState, entry: Entry): readonly Effect[] {
  if (!before.exists || before.link === undefined) return predictsEntry(path, before, entry);
  const { inode: _inode, ...foreseen } = entry;
  const through = predicts(stat(path), { ...before, link: { ...before.link, to: foreseen } });
  return before.resolved === undefined
    ? [through]
    : [through, predicts(stat(before.resolved), { exists: true, ...foreseen, resolved: before.resolved })];
}

/** What questions about a path would answer once nothing is there. */
export function predictsAbsent(path: string, before: PathState): readonly Effect[] {
  const place = before.exists && before.link !== undefined ? path : before.resolved;
  return [...new Set([path, place ?? path])].flatMap((one) => [
    predicts(stat(one), { exists: false, resolved: place }),
    predicts(content(one), { bytes: undefined, resolved: place }),
    ...(['sha1', 'md5', 'sha256'] as const).map((algorithm) =>
      predicts(checksum(one, algorithm), { hex: undefined, resolved: place }),
    ),
  ]);
}
