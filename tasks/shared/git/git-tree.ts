import {
  becomes,
  blurs,
  type Effect,
  type Entry,
  followed,
  joinPath,
  type PathState,
  parentOf,
  type Self,
  script,
} from '../../../src/sdk.ts';
import { newEntry } from '../files/path-info.ts';
import { type Blob, type GitAccess, gitWith, localRepository } from './git-questions.ts';

/** The places a clone occupies or will occupy. */
export interface Places {
  readonly dest?: PathState;
  readonly parent?: PathState;
  readonly self?: Self;
}

/** The effects of a new clone: its directory, the commit's files as far as they are known, and an unpredictable `.git`. */
export function cloned(
  wanted: GitAccess & { readonly umask?: unknown; readonly separate_git_dir?: string; readonly recursive?: boolean },
  { dest, parent, self }: Places,
  brings: readonly Blob[] | undefined,
): readonly Effect[] {
  const above = parent && followed(parent);
  const place = dest?.resolved;
  const isPlain = wanted.umask === undefined && wanted.separate_git_dir === undefined && !wanted.bare;
  if (above?.kind !== 'directory' || dest === undefined || self === undefined || place === undefined || !isPlain)
    return [blurs(`path:${wanted.dest}`, 'absent:unit:*')];
  const there = followed(dest);
  const top = there ?? newEntry('directory', self, above);
  const at = (path: string, was: Entry | undefined, entry: Entry): Effect =>
    becomes({ place: joinPath(place, path), was: was?.kind, entry });
  const git = newEntry('directory', self, top);
  return [
    blurs('absent:unit:*'),
    at('', there, top),
    at('.git', undefined, git),
    blurs(`path:${place}/.git/*`),
    ...(brings === undefined ? [blurs(`path:${place}/*`)] : filesOf(wanted, brings, { place, top, self })),
  ];
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
