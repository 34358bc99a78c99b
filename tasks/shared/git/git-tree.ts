import {
  becomes,
  blurs,
  directoriesAbove,
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

/** The places a clone occupies or will occupy, and those above it if its parent is missing. */
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
  places: Places,
  brings: readonly Blob[] | undefined,
): readonly Effect[] {
  const { self } = places;
  const made = directoriesMade(wanted.dest, places);
  const { dest, parent } = made ?? places;
  const above = followed(parent);
  const place = dest.resolved;
  const isPlain = wanted.umask === undefined && wanted.separate_git_dir === undefined && !wanted.bare;
  if (above?.kind !== 'directory' || place === undefined || !isPlain)
    return [...directoriesAbove(wanted.dest), wanted.dest]
      .map((path) => blurs(`path:${path}`))
      .concat(blurs('absent:unit:*'));
  const there = followed(dest);
  const top = there ?? newEntry('directory', self, above);
  const at = (path: string, was: Entry | undefined, entry: Entry): Effect =>
    becomes({ place: joinPath(place, path), was: was?.kind, entry });
  const git = newEntry('directory', self, top);
  return [
    ...(made?.effects ?? []),
    blurs('absent:unit:*'),
    at('', there, top),
    at('.git', undefined, git),
    blurs(`path:${place}/.git/*`),
    ...(brings === undefined ? [blurs(`path:${place}/*`)] : filesOf(wanted, brings, { place, top, self })),
  ];
}

/** The directories that git creates above a clone whose parent is missing, and where the clone will be; undefined if it creates none. */
function directoriesMade(path: string, places: Places) {
  if (places.parent.exists) return undefined;
  const nobody = { ...places, ownerAccount: undefined, groupAccount: undefined };
  const folders = foldersFor(parentOf(tidyPath(path)), nobody, {});
  if ('failed' in folders) return undefined;
  const { changes, parent } = folders;
  const place = joinPath(parent.resolved ?? parentOf(path), nameOf(path));
  const dest: PathState = { exists: false, place, resolved: place };
  return { effects: changes.flatMap(({ effects = [] }) => effects), parent, dest };
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
    // The target of a link is never queried.
    if (kind !== 'file') return blurs(`path:${joinPath(place, path)}`);
    const prints =
      printed.has(blob) && size <= mostBytes
        ? script`${gitWith(wanted)} -C ${localRepository(wanted) ?? ''} cat-file blob ${sha}`
        : undefined;
    const printedBy = { key: `blob ${sha}`, ...(prints !== undefined && { script: prints }) };
    return becomes({ place: joinPath(place, path), was: undefined, entry, holds: { printedBy } });
  });
}

/** The number and maximum size of files whose content later tasks may read before they exist: each costs a process on the host. */
const mostPrinted = 200;
const mostBytes = 16 * 1024 * 1024;
