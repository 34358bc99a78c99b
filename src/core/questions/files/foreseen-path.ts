import type { Foreseen } from '../../picture/overlay.ts';
import { NotForeseen } from '../../picture/picture.ts';
import type { Picture } from '../../question.ts';
import { type Entry, entryOf, fileId, type PathState } from './entry.ts';
import { contents, directoriesAbove, inodes, joinPath, targetPath, tidyPath } from './paths.ts';

/** What is at a path in a check, links on the way to it followed. */
export interface Located {
  /** Where the entry itself is, or would be. */
  readonly place: string;
  readonly entry: Entry | undefined;
  /** Of a link, what it says. */
  readonly target?: string;
  /** What is foreseen there; undefined where it is as the host has it. */
  readonly foreseen?: Foreseen;
  /** The host's own answer, where nothing on the way to the place is foreseen. */
  readonly now?: PathState;
}

type StatNow = (path: string) => PathState;

/** As many links on the way as Linux follows. */
const mostLinks = 40;

/** The entry at a path, as it will be. Throws `NotForeseen` where a foreseen change leaves it unknown. */
export function locate(picture: Picture, path: string, statNow: StatNow, links = 0): Located {
  const text = tidyPath(path);
  if (links > mostLinks) return { place: text, entry: undefined };
  // `..` after a link leads elsewhere than it reads: as the host resolves it.
  const written = text.startsWith('/') && !text.split('/').includes('..');
  const redirected = written ? redirection(picture, text) : undefined;
  if (redirected !== undefined) return resolved(picture, redirected, statNow, links);
  const foreseen = written ? picture.files.at(text) : undefined;
  if (foreseen !== undefined) return foreseenAt(picture, foreseen, text);
  const now = statNow(text);
  const { place } = now;
  if (place === undefined) return { place: text, entry: undefined, now };
  if (place !== text) {
    const { linkGone } = picture.files;
    const step = linkGone === undefined ? undefined : firstLink(text, statNow);
    if (step !== undefined) return locate(picture, step, statNow, links + 1);
    if (linkGone !== undefined) throw new NotForeseen(linkGone);
    const elsewhere = redirection(picture, place);
    if (elsewhere !== undefined) return resolved(picture, elsewhere, statNow, links);
    const there = picture.files.at(place);
    if (there !== undefined) return foreseenAt(picture, there, place, text);
  }
  const missing = now.exists ? [] : [`missing:${text}`];
  picture.mustBeKnown([...inodes(text, place), ...missing], 0);
  return asOnHost(picture, place, now);
}

/** A path with the first link above it resolved by one step; undefined where there is none. */
function firstLink(path: string, statNow: StatNow): string | undefined {
  for (const above of directoriesAbove(path)) {
    const now = statNow(above);
    if (now.exists && now.link !== undefined)
      return joinPath(targetPath(above, now.link.target), path.slice(above.length + 1));
  }
  return undefined;
}

/** An entry as the host has it; another name of the same file may be foreseen to change. */
function asOnHost(picture: Picture, place: string, now: PathState): Located {
  if (!now.exists) return { place, entry: undefined, now };
  const other = picture.files.byId(fileId(now));
  const entry = entryOf(now);
  if (other === undefined) return { place, entry, now, ...(now.link && { target: now.link.target }) };
  picture.restsOn(other);
  return { place, entry: other.is === 'file' ? other.entry : entry, foreseen: other, now };
}

function foreseenAt(picture: Picture, foreseen: Foreseen, place: string, text = place): Located {
  const missing = foreseen.is === 'absent' ? [`missing:${place}`] : [];
  picture.mustBeKnown([...inodes(place, text), ...missing], foreseen.at);
  picture.restsOn(foreseen);
  if (foreseen.is === 'absent') return { place, entry: undefined, foreseen };
  return { place, entry: foreseen.entry, foreseen, ...(foreseen.is === 'link' && { target: foreseen.target }) };
}

type Redirection = { readonly to: string } | { readonly nothingAt: string; readonly since: Foreseen };

/** The first foreseen thing above a path because of which it leads elsewhere, or nowhere. */
function redirection(picture: Picture, path: string): Redirection | undefined {
  let emptied: Foreseen | undefined;
  for (const above of [...directoriesAbove(path), path]) {
    const there = picture.files.at(above);
    if (there === undefined) {
      if (emptied !== undefined) return { nothingAt: path, since: emptied };
      continue;
    }
    if (above === path) return undefined;
    if (there.is === 'link') {
      picture.restsOn(there);
      return { to: joinPath(targetPath(above, there.target), path.slice(above.length + 1)) };
    }
    if (there.is !== 'directory') return { nothingAt: path, since: there };
    if (there.empty) emptied = there;
  }
  return undefined;
}

function resolved(picture: Picture, redirected: Redirection, statNow: StatNow, links: number): Located {
  if ('to' in redirected) return locate(picture, redirected.to, statNow, links + 1);
  const { nothingAt, since } = redirected;
  picture.mustBeKnown([...inodes(nothingAt), `missing:${nothingAt}`], since.at);
  picture.restsOn(since);
  return { place: nothingAt, entry: undefined, foreseen: since };
}

/** The entry that a path leads to, links followed; undefined where they go round in a ring. */
export function endOf(picture: Picture, path: string, statNow: StatNow): Located | undefined {
  return follow(picture, locate(picture, path, statNow), statNow, 0);
}

function follow(picture: Picture, from: Located, statNow: StatNow, links: number): Located | undefined {
  if (from.entry?.kind !== 'link') return from;
  if (links >= mostLinks) return undefined;
  const unchanged = from.foreseen === undefined ? endOnHost(picture, from, statNow) : undefined;
  // Where links go round in a ring, the host tells one of them as the end.
  if (unchanged !== undefined) return unchanged.entry?.kind === 'link' ? undefined : unchanged;
  const next = locate(picture, targetPath(from.place, from.target ?? ''), statNow, links + 1);
  return follow(picture, next, statNow, links + 1);
}

/** Where a link of the host leads now, if nothing that is foreseen lies on the way. */
function endOnHost(picture: Picture, { now }: Located, statNow: StatNow): Located | undefined {
  if (now?.exists !== true || now.link === undefined || now.resolved === undefined) return undefined;
  if (picture.files.linkGone !== undefined) return undefined;
  const { resolved: place } = now;
  const { to } = now.link;
  const touched = picture.files.at(place) !== undefined || redirection(picture, place) !== undefined;
  if (touched || (to !== undefined && picture.files.byId(fileId(to)) !== undefined)) return undefined;
  if (to === undefined) return locate(picture, place, statNow);
  picture.mustBeKnown(inodes(place), 0);
  return { place, entry: to };
}

/** What a question for the state of a path is told. */
export function foreseenState(located: Located, picture: Picture, statNow: StatNow): PathState {
  const { place, entry, now, foreseen } = located;
  if (entry === undefined)
    return foreseen === undefined && now !== undefined ? now : { exists: false, place, resolved: place };
  if (entry.kind === 'link') return linkState({ ...located, entry }, picture, statNow);
  const relisted = entry.kind === 'directory' && picture.files.isRelisted(place);
  if (foreseen === undefined && now !== undefined && !relisted) return now;
  const { inode: _inode, ...known } = entry;
  return { exists: true, ...(relisted || foreseen !== undefined ? known : entry), place, resolved: place };
}

function linkState(located: Located & { readonly entry: Entry }, picture: Picture, statNow: StatNow): PathState {
  const { place, entry, target = '', now, foreseen } = located;
  const end = follow(picture, located, statNow, 0);
  const same = foreseen === undefined && end?.foreseen === undefined && end?.place === now?.resolved;
  if (same && now !== undefined) return now;
  return {
    exists: true,
    ...entry,
    place,
    resolved: end?.place,
    link: { target, to: end?.entry },
  };
}

/** In a check: what must not have become unknown for a file's content to be known. */
export function mustHoldKnown(picture: Picture, { place, foreseen }: Located, path: string): void {
  picture.mustBeKnown(contents(place, tidyPath(path)), foreseen?.at ?? 0);
}
