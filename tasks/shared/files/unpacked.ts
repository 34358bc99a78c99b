import {
  type ArchiveMember,
  type ArchiveState,
  becomes,
  blurs,
  type Effect,
  type Entry,
  type Holding,
  joinPath,
  type MemberThere,
  parentOf,
  type Self,
  tidyPath,
} from '../../../src/sdk.ts';
import { type Accounts, type Attributes, withAttributes } from './attributes.ts';

/** An archive to be unpacked, and how. */
interface Unpacking {
  readonly known: ArchiveState;
  /** The directory, and its real path. */
  readonly dest: string;
  readonly root: { readonly place: string; readonly entry: Entry };
  readonly self: Self;
  readonly accounts: Accounts;
  /** The attributes given to all members after unpacking. */
  readonly given: Attributes;
  /** Whether members are unpacked. If not, only their attributes are set. */
  readonly unpacks: boolean;
  readonly holding: (member: ArchiveMember) => Holding;
  /** Whether the user passes arguments to tar or unzip: then the members' attributes cannot be predicted. */
  readonly isOpen: boolean;
}

/** The effects of unpacking on each path or, if these cannot be predicted, the paths whose state becomes unknown. */
export function unpackedEffects(unpacking: Unpacking): readonly Effect[] {
  const { known, unpacks } = unpacking;
  if (unpacking.isOpen || known.leadsElsewhere) return [blursOf(unpacking)];
  return (unpacks ? becomings(unpacking) : known.there.map((one) => givenTo(one, unpacking))) ?? [blursOf(unpacking)];
}

/** The members, and the listings of their directories. */
const blursOf = ({ known: { members }, dest }: Unpacking): Effect =>
  blurs(
    ...members.flatMap(({ name }) => {
      const path = tidyPath(joinPath(dest, name));
      return [`listed:${parentOf(path)}`, name.endsWith('/') ? `entry:${path}` : `path:${path}`];
    }),
  );

/** For an existing member, only the attributes are set. */
function givenTo(there: MemberThere, { root, accounts, given }: Unpacking): Effect {
  const place = tidyPath(joinPath(root.place, there.name));
  return becomes({ place, was: there.kind, entry: attributed(entryOf(there), given, accounts) });
}

/** All members in order, directories before their contents; undefined if the place of one of them cannot be predicted. */
function becomings(unpacking: Unpacking): readonly Effect[] | undefined {
  const { known, root } = unpacking;
  const there = new Map(known.there.map((one) => [placeOf(one, unpacking), entryOf(one)]));
  const differing = new Set(known.differences.map(({ name }) => name));
  const parents = new Map<string, Entry>([[root.place, root.entry]]);
  const made = new Set<string>();
  const effects: Effect[] = [];
  for (const member of known.members) {
    const place = placeOf(member, unpacking);
    const parent = place === root.place ? root.entry : parents.get(parentOf(place));
    const found = made.has(parentOf(place)) ? undefined : there.get(place);
    const old = place === root.place ? root.entry : found;
    const entry = parent && memberEntry(member, old, parent, unpacking);
    if (entry === undefined || parent === undefined) return undefined;
    const isNew = member.kind === 'directory' && old?.kind !== 'directory';
    // A directory gets its own mode last. Until then it has the mode of a new directory.
    if (member.kind === 'directory')
      parents.set(place, isNew ? { ...entry, mode: parent.mode, gid: parent.gid, group: parent.group } : entry);
    if (isNew) made.add(place);
    effects.push(
      becomes({
        place,
        was: old?.kind,
        entry,
        ...(member.kind === 'file' && {
          holds: unpacking.holding(member),
          mtime: member.mtime ?? ('unknown' as const),
        }),
        ...(member.target !== undefined && { target: member.target, sameTarget: !differing.has(member.name) }),
      }),
    );
  }
  return effects;
}

const placeOf = ({ name }: { readonly name: string }, { root }: Unpacking): string =>
  tidyPath(joinPath(root.place, name));

/** A member after unpacking; undefined if that cannot be predicted. */
function memberEntry(
  member: ArchiveMember,
  old: Entry | undefined,
  parent: Entry,
  { known, self, accounts, given }: Unpacking,
): Entry | undefined {
  const { kind, mode, uid, gid, size, target } = member;
  const isLink = kind === 'link' && target !== undefined;
  if (mode === undefined || !(kind === 'file' || kind === 'directory' || isLink)) return undefined;
  // Unpacking fails, unless the directory is empty.
  if (old?.kind === 'directory' && kind !== 'directory') return undefined;
  // unzip leaves an existing directory unchanged.
  if (known.zip && old?.kind === 'directory') return attributed(old, given, accounts);
  const keepsOwner = !known.zip && self.uid === 0 && uid !== undefined && gid !== undefined;
  const inherits = (parent.mode & 0o2000) !== 0;
  const own = inherits
    ? { uid: self.uid, owner: self.user, gid: parent.gid, group: parent.group }
    : { uid: self.uid, owner: self.user, gid: self.gid, group: self.group };
  const owned = keepsOwner ? packedOwner(uid, gid, known, self) : own;
  if (owned === undefined) return undefined;
  const kept = self.uid === 0 ? mode : mode & ~0o022;
  // unzip keeps the setgid bit that a new directory inherits.
  const bits = known.zip ? (mode & 0o777) | (kind === 'directory' ? parent.mode & 0o2000 : 0) : kept;
  const entry = {
    kind,
    mode: isLink ? 0o777 : bits,
    size: isLink ? new TextEncoder().encode(target).length : size,
    ...owned,
  };
  return attributed({ ...entry, kind }, given, accounts);
}

/** The owner of a member according to the archive; undefined if the host was not asked for the names. */
function packedOwner(
  uid: number,
  gid: number,
  { users, groups, there }: ArchiveState,
  self: Self,
): Pick<Entry, 'uid' | 'gid' | 'owner' | 'group'> | undefined {
  const asked = Object.keys(users).length > 0 || Object.keys(groups).length > 0;
  const owner = uid === self.uid ? self.user : (users[uid] ?? there.find((one) => one.uid === uid)?.user);
  const group = gid === self.gid ? self.group : (groups[gid] ?? there.find((one) => one.gid === gid)?.group);
  return asked || (owner !== undefined && group !== undefined) ? { uid, gid, owner, group } : undefined;
}

/** A link has no mode of its own. */
const attributed = (entry: Entry, given: Attributes, accounts: Accounts): Entry =>
  withAttributes(entry, entry.kind === 'link' ? { ...given, mode: undefined } : given, accounts);

const named = (name: string): string | undefined => (name === 'UNKNOWN' ? undefined : name);

const entryOf = ({ kind, mode, uid, gid, user, group, size, id }: MemberThere): Entry => ({
  kind,
  mode,
  uid,
  gid,
  owner: named(user),
  group: named(group),
  size,
  ...(id !== undefined && { foreseen: { id } }),
});
