import {
  type Change,
  type Entry,
  followed,
  type PathState,
  type TaskResult,
  type TreeEntry,
  tidyPath,
} from '../../../src/sdk.ts';
import type { FileParams } from './file-states.ts';
import { modeText, stateName } from './path-info.ts';

/** One side of the `diff` that `file` reports. */
type Side = Record<string, unknown>;

/** The parameters, and the states of the path before and after the task. */
interface Compared {
  readonly params: FileParams;
  readonly meant: string;
  readonly before: PathState;
  readonly now: PathState;
  readonly changes: readonly Change[];
  /** The entries below a directory that is being removed. */
  readonly listing?: readonly TreeEntry[] | undefined;
}

/** Ansible's `diff` for a `file` task: each side has the path, and everything that differs. */
export function fileDiff({ params, meant, before, now, changes, listing }: Compared): TaskResult {
  const path = tidyPath(params.path);
  const [was, is]: [Side, Side] = [{ path }, { path }];
  const set = (name: string, old: unknown, current: unknown): void => {
    if (old === current) return;
    was[name] = old;
    is[name] = current;
  };
  const setTime = (name: 'mtime' | 'atime', what: string, old: Entry, current: Entry): void => {
    const change = changes.find((one) => one.what === what);
    if (change !== undefined) set(name, old.inode?.[name], current.inode?.[name] ?? change.to);
  };
  // Without `state`, a file with several names is reported as being in the state that the task intends, not as `hard`.
  const former = stateName(before);
  set('state', former === 'hard' && params.state === undefined ? meant : former, meant);
  if (listing !== undefined && former === 'directory') was['path_content'] = contentOf(path, listing);
  if (meant === 'absent') return { before: was, after: is };
  if (before.exists && now.exists) set('src', before.link?.target, now.link?.target);
  const [old, current] = params.follow && meant !== 'link' ? [followed(before), followed(now)] : [before, now];
  if (isEntry(old) && isEntry(current)) {
    if (params.owner !== undefined) set('owner', old.uid, current.uid);
    if (params.group !== undefined) set('group', old.gid, current.gid);
    if (params.mode !== undefined) set('mode', modeText(old.mode), modeText(current.mode));
    setTime('mtime', 'modification time', old, current);
    setTime('atime', 'access time', old, current);
  }
  return { before: was, after: is };
}

const isEntry = (state: PathState | Entry | undefined): state is Entry => state !== undefined && 'kind' in state;

function contentOf(path: string, listing: readonly TreeEntry[]) {
  const below = listing.filter((entry) => entry.path !== '');
  const names = (isDirectory: boolean) =>
    below.filter(({ kind }) => (kind === 'directory') === isDirectory).map((entry) => `${path}/${entry.path}`);
  return { directories: names(true), files: names(false) };
}
