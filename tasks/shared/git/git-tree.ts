import {
  becomes,
  blurs,
  type Effect,
  type Entry,
  followed,
  joinPath,
  nameOf,
  type PathState,
  parentOf,
  type Self,
  script,
  tidyPath,
} from '../../../src/sdk.ts';
import { foldersFor } from '../files/file-directory.ts';
import { newEntry } from '../files/path-info.ts';
import { type Blob, type GitAccess, gitWith, localRepository } from './git-questions.ts';

/** The paths that a clone occupies or will occupy, and, if its parent is missing, the directories above it. */
export interface Places {
  readonly dest: PathState;
  readonly parent: PathState;
  readonly self: Self;
  readonly [above: `above ${string}`]: PathState | undefined;
}

/**
 * The effects of a new clone: the directories that were missing above it, its directory, the commit's files as far as they are known, and an
 * unpredictable `.git`.
 */
export function cloned(
  wanted: GitAccess & { readonly umask?: unknown; readonly separate_git_dir?: string; readonly recursive?: boolean },
  { at, self }: { readonly at: ClonePlace; readonly self: Self },
  brings: readonly Blob[] | undefined,
): readonly Effect[] {
  const isPlain = wanted.umask === undefined && wanted.separate_git_dir === undefined && !wanted.bare;
  const place = at.dest.resolved;
  if (place === undefined || !isPlain) return [blurs(`path:${at.top}`, 'absent:unit:*')];
  const there = followed(at.dest);
  const top = there ?? newEntry('directory', self, followed(at.parent));
  const entryAt = (path: string, was: Entry | undefined, entry: Entry): Effect =>
    becomes({ place: joinPath(place, path), was: was?.kind, entry });
  const git = newEntry('directory', self, top);
  return [
    ...at.effects,
    blurs('absent:unit:*'),
    entryAt('', there, top),
    entryAt('.git', undefined, git),
    blurs(`path:${place}/.git/*`),
    ...(brings === undefined ? [blurs(`path:${place}/*`)] : filesOf(wanted, brings, { place, top, self })),
  ];
}

/** The place of a new clone, and the effects of creating the directories above it. */
interface ClonePlace {
  readonly dest: PathState;
  readonly parent: PathState;
  readonly effects: readonly Effect[];
  /** The topmost directory that git creates. It contains everything new. */
  readonly top: string;
}

/** The place of a new clone, or the failure (`cannot clone to …`) if something is in the way. */
export function placeOfClone(path: string, places: Places, doing = 'clone'): ClonePlace | { readonly failed: string } {
  const above = parentOf(tidyPath(path));
  if (places.dest.exists && followed(places.dest) === undefined)
    return { failed: `cannot ${doing} to ${path}: it is a dangling link` };
  if (places.parent.exists)
    return followed(places.parent)?.kind === 'directory'
      ? { ...places, effects: [], top: path }
      : { failed: `cannot ${doing} to ${path}: ${above} is not a directory` };
  const folders = foldersFor(above, { ...places, ownerAccount: undefined, groupAccount: undefined }, {});
  if ('failed' in folders) return { failed: `cannot ${doing} to ${path}: ${folders.failed}` };
  const { changes, parent } = folders;
  const place = joinPath(parent.resolved ?? above, nameOf(path));
  const dest: PathState = { exists: false, place, resolved: place };
  const top = changes[0]?.paths?.[0] ?? path;
  return { effects: changes.flatMap(({ effects = [] }) => effects), parent, dest, top };
}

function filesOf(
  wanted: GitAccess,
  brings: readonly Blob[],
  { place, top, self }: { readonly place: string; readonly top: Entry; readonly self: Self },
): readonly Effect[] {
  const folders = new Map<string, Entry>([['.', top]]);
  const printed = new Set(brings.slice(0, mostPrinted));
  return brings.map((blob) => {
    const { path, kind, mode, sha, size } = blob;
    const made = newEntry(kind === 'other' ? 'file' : kind, self, folders.get(parentOf(path)) ?? top, size);
    const entry = kind === 'file' ? { ...made, mode } : made;
    if (kind === 'directory') folders.set(path, entry);
    if (kind === 'directory') return becomes({ place: joinPath(place, path), was: undefined, entry });
    // The check does not ask for the targets of links in the commit.
    if (kind !== 'file') return blurs(`path:${joinPath(place, path)}`);
    const prints =
      printed.has(blob) && size <= mostBytes
        ? script`${gitWith(wanted)} -C ${localRepository(wanted) ?? ''} cat-file blob ${sha}`
        : undefined;
    const printedBy = { key: `blob ${sha}`, ...(prints !== undefined && { script: prints }) };
    return becomes({ place: joinPath(place, path), was: undefined, entry, holds: { printedBy } });
  });
}

/** The maximum number and size of files whose content a check offers to later tasks. Each one costs a process on the host. */
const mostPrinted = 200;
const mostBytes = 16 * 1024 * 1024;
