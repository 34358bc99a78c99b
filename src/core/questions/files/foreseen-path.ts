import type { Foreseen } from '../../picture/overlay.ts';
import { NotForeseen } from '../../picture/picture.ts';
import type { Picture } from '../../question.ts';
import { type Entry, entryOf, fileId, namesOf, type PathState } from './entry.ts';
import { contents, directoriesAbove, inodes, joinPath, rootedPath, targetPath, tidyPath } from './paths.ts';

/** In a check: what is at a path, following the links on the way to it. */
export interface Located {
  /** The place of the entry itself, existing or not. */
  readonly place: string;
  readonly entry: Entry | undefined;
  /** For a link, its target. */
  readonly target?: string;
  /** What is foreseen there; undefined if it stays as it is on the host. */
  readonly foreseen?: Foreseen;
  /** The host's own answer, if nothing is foreseen on the way to the place. */
  readonly now?: PathState;
}

type StatNow = (path: string) => PathState;

/** The maximum number of links that Linux follows. */
const mostLinks = 40;

/** The foreseen entry at a path. Throws `NotForeseen` if a foreseen change makes it unknown. */
export function locate(picture: Picture, path: string, statNow: StatNow, links = 0): Located {
  const text = tidyPath(path);
  if (links > mostLinks) return { place: text, entry: undefined };
  // `..` after a link does not lead where the text suggests, so use the host's own resolution.
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

/** Resolve the first link above a path by one step; undefined if there is none. */
function firstLink(path: string, statNow: StatNow): string | undefined {
  for (const above of directoriesAbove(path)) {
    const now = statNow(above);
    if (now.exists && now.link !== undefined)
      return joinPath(targetPath(above, now.link.target), path.slice(above.length + 1));
  }
  return undefined;
}

/** An entry as it is on the host; a change may be foreseen under another name of the same file. */
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

/** The first foreseen change above a path that makes it lead elsewhere, or nowhere. */
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

/** Where the target of a link leads. The link's directory is a real path, so `..` at the start of the target means what is above it. */
function aimOf(place: string, target: string): string {
  const [up = '', rest = ''] = /^((?:\.\.\/+)*)(.*)$/s.exec(target)?.slice(1) ?? [];
  return up === '' ? targetPath(place, target) : joinPath(rootedPath(targetPath(place, up)), rest);
}

/** The entry that a path leads to, following links; undefined if they form a loop. */
export function endOf(picture: Picture, path: string, statNow: StatNow): Located | undefined {
  return follow(picture, locate(picture, path, statNow), statNow, 0);
}

function follow(picture: Picture, from: Located, statNow: StatNow, links: number): Located | undefined {
  if (from.entry?.kind !== 'link') return from;
  if (links >= mostLinks) return undefined;
  const unchanged = from.foreseen === undefined ? endOnHost(picture, from, statNow) : undefined;
  // If links form a loop, the host reports one of them as the end.
  if (unchanged !== undefined) return unchanged.entry?.kind === 'link' ? undefined : unchanged;
  const next = locate(picture, aimOf(from.place, from.target ?? ''), statNow, links + 1);
  return follow(picture, next, statNow, links + 1);
}

/** Where a link on the host leads now, if nothing is foreseen on the way. */
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

/** The answer to a question about the state of a path. */
export function foreseenState(located: Located, picture: Picture, statNow: StatNow): PathState {
  const { place, entry, now, foreseen } = located;
  if (entry === undefined)
    return foreseen === undefined && now !== undefined ? now : { exists: false, place, resolved: place };
  if (entry.kind === 'link') return linkState({ ...located, entry }, picture, statNow);
  mustKeepNames(picture, located);
  const known = foreseen === undefined ? knownEntry(picture, place, entry) : withoutInode(entry);
  if (now !== undefined && known === entry) return now;
  return { exists: true, ...known, place, resolved: place };
}

/** How many names a file has is unknown once a directory is removed that may hold some of them. */
function mustKeepNames(picture: Picture, { entry, foreseen }: Located): void {
  const { treeGone } = picture.files;
  if (treeGone === undefined || treeGone.at <= (foreseen?.at ?? 0)) return;
  if (entry?.kind === 'file' && namesOf(entry) > 1) throw new NotForeseen(treeGone.task);
}

/** An entry without its inode if it is a directory in which entries are foreseen to appear or disappear: its times change. */
const knownEntry = (picture: Picture, place: string, entry: Entry): Entry =>
  entry.kind === 'directory' && picture.files.isRelisted(place) ? withoutInode(entry) : entry;

function withoutInode({ inode: _inode, ...known }: Entry): Entry {
  return known;
}

function linkState(located: Located & { readonly entry: Entry }, picture: Picture, statNow: StatNow): PathState {
  const { place, entry, target = '', now, foreseen } = located;
  const end = follow(picture, located, statNow, 0);
  if (end !== undefined) mustKeepNames(picture, end);
  const to = end?.entry === undefined ? undefined : knownEntry(picture, end.place, end.entry);
  const same = foreseen === undefined && end?.foreseen === undefined && end?.place === now?.resolved;
  if (same && now !== undefined && to === end?.entry) return now;
  return {
    exists: true,
    ...entry,
    place,
    resolved: end?.place,
    link: { target, to },
  };
}

/** In a check: a file's content is known only if none of these subjects has become unknown. */
export function mustHoldKnown(picture: Picture, { place, foreseen }: Located, path: string): void {
  picture.mustBeKnown(contents(place, tidyPath(path)), foreseen?.at ?? 0);
}
