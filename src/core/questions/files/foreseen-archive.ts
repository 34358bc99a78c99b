import { wholeOf } from '../../local-content.ts';
import type { Printing } from '../../picture/becoming.ts';
import type { Foreseen } from '../../picture/overlay.ts';
import { NotForeseen, ofEach } from '../../picture/picture.ts';
import type { Picture, Question } from '../../question.ts';
import { inOrder, inTheWay, noDirectory } from './archive-reading.ts';
import type { ArchiveArg, ArchiveDifference, ArchiveMember, ArchiveState, MemberThere } from './archive-state.ts';
import { checksumAt } from './checksum.ts';
import { type Entry, fileId } from './entry.ts';
import type { Located } from './foreseen-path.ts';
import { isEmptied, isSamePlace } from './foreseen-tree.ts';
import { contents, inodes, joinPath, parentOf, tidyPath } from './paths.ts';
import { printedChecksum } from './printed.ts';
import { endAt, entryAt } from './stat.ts';

/** How to ask about archives and their members. */
interface Asking {
  readonly archive: (arg: ArchiveArg) => Question<ArchiveState>;
  readonly memberPrintings: (arg: ArchiveArg, zip: boolean) => (member: ArchiveMember) => Printing;
}

/** In a check: the comparison of an archive with a directory after all foreseen changes. */
export function foretoldArchive(arg: ArchiveArg, picture: Picture, asking: Asking): ArchiveState {
  const source = sourceNow(arg, picture);
  const root = endAt(picture, arg.dest);
  if (root?.entry?.kind !== 'directory')
    return { ...picture.now(asking.archive(source)), obstacle: noDirectory(arg.dest) };
  const asHost = isEmptied(root) || isSamePlace(picture, root, arg.dest);
  const given = asHost ? source : { ...source, dest: root.place };
  const now = picture.now(asking.archive(given));
  const printing = asking.memberPrintings(given, now.zip);
  const compared = { given, now, picture, printing, root: root.place };
  if (now.members.length === 0) return { ...now, obstacle: undefined, failure: failureAt(compared) };
  const members = ofEach(now.members, (member) => compareMember(member, compared));
  const differences = inOrder(
    members.flatMap(({ differences }) => differences),
    now.members,
  );
  return {
    ...now,
    obstacle: inTheWay(differences),
    differences,
    there: members.flatMap(({ there }) => (there === undefined ? [] : [there])),
    leadsElsewhere: now.leadsElsewhere || members.some(({ leadsElsewhere }) => leadsElsewhere === true),
  };
}

/** If the archive is only foreseen, but as a copy of an existing file, look at that file instead. */
function sourceNow(arg: ArchiveArg, picture: Picture): ArchiveArg {
  const { source } = arg;
  if (source.bytes !== undefined || source.download !== undefined) return arg;
  const end = endAt(picture, source.path);
  const { foreseen } = end ?? {};
  if (end === undefined || foreseen === undefined) return arg;
  picture.mustBeKnown(contents(end.place, tidyPath(source.path)), foreseen.at);
  if (foreseen.is !== 'file') return arg;
  if ('bytes' in foreseen.held) return { ...arg, source: { path: source.path, bytes: wholeOf(foreseen.held.bytes) } };
  if ('place' in foreseen.held) return { ...arg, source: { path: foreseen.held.place } };
  throw new NotForeseen(foreseen.task);
}

interface Compared {
  readonly given: ArchiveArg;
  readonly now: ArchiveState;
  readonly picture: Picture;
  readonly printing: (member: ArchiveMember) => Printing;
  /** Where it is unpacked, with links resolved. */
  readonly root: string;
}

/**
 * An archive whose members cannot be listed is unreadable now and later, unless tar stumbled over something in the
 * directory.
 */
function failureAt({ now, picture, root }: Compared): string | undefined {
  const touched = picture.files.touchedBy([`path:${root}`]);
  if (now.failure !== undefined && !/Source '.*' does not exist/.test(now.failure) && touched !== undefined)
    throw new NotForeseen(touched);
  return now.failure;
}

interface MemberCompared {
  readonly differences: readonly ArchiveDifference[];
  readonly there: MemberThere | undefined;
  readonly leadsElsewhere?: boolean;
}

function compareMember(member: ArchiveMember, compared: Compared): MemberCompared {
  const { now, picture, root, given } = compared;
  const place = tidyPath(joinPath(root, member.name));
  const there = now.there.find(({ name }) => name === member.name);
  const known = now.differences.filter(({ name }) => name === member.name);
  const touching = touchedAt(picture, place, there?.id);
  picture.mustBeKnown([...inodes(place), ...contents(place), `missing:${place}`], touching?.at ?? 0);
  // Nothing is foreseen here, so the host's answer holds.
  if (touching === undefined) return { differences: known, there };
  picture.restsOn(touching);
  const located = entryAt(picture, place);
  if (given.keepNewer && located.entry !== undefined) throw new NotForeseen(touching.task);
  const looked = now.zip ? endAt(picture, place) : located;
  const above = entryAt(picture, parentOf(place)).entry?.kind;
  // tar cannot look there, and fails.
  if (located.entry === undefined && above !== undefined && above !== 'directory' && above !== 'link')
    throw new NotForeseen(touching.task);
  const whats = now.zip ? zipDifferences(member, looked, compared) : tarDifferences(member, located, known, compared);
  return {
    differences: whats.map((what) => ({ name: member.name, what })),
    there: located.entry && thereOf(member.name, located.entry),
    leadsElsewhere: located.entry?.kind === 'link' && member.kind === 'directory' && now.zip,
  };
}

/** The foreseen entry at a place, or one above it that invalidates the host's own content there. */
const touchedAt = ({ files }: Picture, place: string, id: string | undefined): Foreseen | undefined =>
  files.at(place) ?? files.emptiedAbove(place) ?? files.byId(id);

const thereOf = (name: string, entry: Entry): MemberThere => ({
  name,
  kind: entry.kind,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  user: entry.owner ?? 'UNKNOWN',
  group: entry.group ?? 'UNKNOWN',
  size: entry.size,
  id: fileId(entry),
});

/** The differences that `tar --diff` will report for a member, in its order. */
function tarDifferences(
  member: ArchiveMember,
  { place, entry, target, foreseen }: Located,
  known: readonly ArchiveDifference[],
  compared: Compared,
): readonly string[] {
  if (entry === undefined) return ['missing'];
  const task = foreseen?.task ?? '';
  if (member.kind === 'link') {
    if (entry.kind !== 'link' || member.target === undefined) throw new NotForeseen(task);
    return target === member.target ? [] : ['Symlink differs'];
  }
  if (member.kind === 'other') throw new NotForeseen(task);
  if (entry.kind !== member.kind) return ['File type differs'];
  const mode = entry.mode === member.mode ? [] : ['Mode differs'];
  if (member.kind === 'directory') return mode;
  const owner = [
    ...(entry.uid === member.uid ? [] : ['Uid differs']),
    ...(entry.gid === member.gid ? [] : ['Gid differs']),
  ];
  if (foreseen?.is !== 'file' || foreseen.mtime === 'unknown') throw new NotForeseen(task);
  const isKept = 'place' in foreseen.held && foreseen.held.place === place;
  if (isKept && foreseen.mtime === undefined) {
    const kept = known.map(({ what }) => what).filter((what) => /^(?:Mod time|Size|Contents) differs?$/.test(what));
    return [...mode, ...owner, ...kept];
  }
  const time = foreseen.mtime === member.mtime ? [] : ['Mod time differs'];
  if (entry.size !== member.size) return [...mode, ...owner, ...time, 'Size differs'];
  return [...mode, ...owner, ...time, ...(holdsSame(member, place, foreseen, compared) ? [] : ['Contents differ'])];
}

function zipDifferences(member: ArchiveMember, end: Located | undefined, compared: Compared): readonly string[] {
  if (end?.entry === undefined) return ['missing'];
  const isDirectory = end.entry.kind === 'directory';
  if (member.kind === 'directory') return isDirectory ? [] : ['in the way'];
  if (isDirectory) return ['in the way'];
  if (end.entry.size !== member.size && end.entry.kind === 'file' && member.kind === 'file') return ['Contents differ'];
  return holdsSame(member, end.place, end.foreseen, compared) ? [] : ['Contents differ'];
}

/** Whether a file will have the content of a member: it comes from the same archive, or has the same checksum. */
function holdsSame(
  member: ArchiveMember,
  place: string,
  foreseen: Foreseen | undefined,
  { picture, printing: of }: Compared,
): boolean {
  const printing = of(member);
  const held = foreseen?.is === 'file' ? foreseen.held : undefined;
  if (held !== undefined && 'printedBy' in held && held.printedBy.key === printing.key) return true;
  return checksumAt(picture, place) === printedChecksum(picture, printing, 'sha1', foreseen?.task ?? '');
}
