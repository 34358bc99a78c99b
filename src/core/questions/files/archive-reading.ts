import { decodeText, encodeText } from '../../text-codec.ts';
import type { ArchiveArg, ArchiveDifference, ArchiveMember, ArchiveState, MemberThere } from './archive-state.ts';
import { kindOfBits } from './entry.ts';
import { nulWords } from './paths.ts';

/** The message if the destination is not an existing directory. */
export const noDirectory = (dest: string): string => `dest '${dest}' must be an existing dir`;

const nobody = (failure: string, zip: boolean, obstacle: string | undefined): ArchiveState => ({
  obstacle,
  failure,
  zip,
  members: [],
  names: new Uint8Array(),
  differences: [],
  there: [],
  leadsElsewhere: false,
  users: {},
  groups: {},
});

const isOutside = (name: string): string =>
  `the archive contains ${JSON.stringify(name)}, which is outside the directory that it is unpacked into`;

type Named = Omit<ArchiveMember, 'name'> & { readonly name: Buffer };

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Parse the output of the archive script. */
export function readArchive(stdout: Buffer, stderr: string, { dest, keepNewer }: ArchiveArg): ArchiveState {
  const [type, isThere, listing, different, users = '', groups = '', ...looks] = nulWords(stdout);
  const zip = type === 'zip';
  const noDest = isThere === '1' ? undefined : noDirectory(dest);
  // For a name with `..`, tar lists the name it would unpack to; only a warning on stderr says that the prefix was
  // removed.
  const climbing = /^tar: Removing leading `(.*\.\..*)' from/m.exec(stderr)?.[1];
  if (climbing !== undefined) return nobody(isOutside(climbing), zip, noDest);
  if (listing === undefined || different === undefined)
    return nobody(stderr.trim() || 'the archive cannot be read', zip, type === undefined ? undefined : noDest);
  // unzip also unpacks an absolute name inside the directory.
  const told = lines(listing).flatMap(zip ? zipMember : tarMember);
  const outside = told.map(({ name }) => decodeText(name)).find((name) => name.split('/').includes('..'));
  if (outside !== undefined) return nobody(isOutside(outside), zip, noDest);
  const named = told.filter(({ name }) => name.length > 0);
  const members = named.map((member): ArchiveMember => ({ ...member, name: decodeText(member.name) }));
  const there = Array.from({ length: Math.floor(looks.length / 9) }, (_, index) =>
    readThere(looks.slice(index * 9) as [string, ...string[]]),
  );
  const newer = keepNewer && !zip ? newerNames(members, there) : new Set<string>();
  const found = noDest === undefined ? lines(different).map((line) => readDifference(line, zip)) : [];
  const differences = noDest === undefined ? found : members.map(({ name }) => ({ name, what: 'missing' }));
  return {
    obstacle: noDest ?? inTheWay(found),
    failure: undefined,
    zip,
    members,
    names: Buffer.concat(named.flatMap(({ name }) => [name, Buffer.from([0])])),
    // If a member's whole name was stripped, it is not unpacked.
    differences: inOrder(
      differences.filter(({ name, what }) => name !== '' && what !== throughLink && !newer.has(name)),
      members,
    ),
    there: there.map(({ time, ...rest }) => rest),
    leadsElsewhere: found.some(({ what }) => what === throughLink),
    users: namesById(users),
    groups: namesById(groups),
  };
}

/** A directory in a zip archive exists here as a link to a directory; unzip follows it. */
const throughLink = 'through a link';

/** unzip does not remove an existing entry to make room for a member. */
export const inTheWay = (differences: readonly ArchiveDifference[]): string | undefined => {
  const one = differences.find(({ what }) => what === 'in the way');
  if (one === undefined) return undefined;
  return one.name.endsWith('/')
    ? `${one.name.slice(0, -1)} exists and is not a directory: unzip does not replace it`
    : `${one.name} exists and is a directory: unzip does not replace it`;
};

/** Parse a line of tar's comparison, or of our own for a zip archive. */
function readDifference(line: string, zip: boolean): ArchiveDifference {
  const { name, what } = splitDifference(line);
  return { name: zip ? name : decodeText(unescaped(name)), what };
}

function splitDifference(line: string): ArchiveDifference {
  const missing = /^tar: (.*): Warning: Cannot (?:stat|readlink): No such file or directory$/.exec(line);
  if (missing !== null) return { name: missing[1] ?? '', what: 'missing' };
  const [, name = '', what = line] =
    /^(?:tar: )?(.*): (Not linked to .*|Warning: .*|Cannot .*|[^:]*)$/.exec(line) ?? [];
  return { name, what };
}

/**
 * Sort differences into the order of the members and give them the members' names: tar mixes stdout and stderr, and
 * reports directories without a slash.
 */
export function inOrder(
  differences: readonly ArchiveDifference[],
  members: readonly ArchiveMember[],
): readonly ArchiveDifference[] {
  const escaped = (name: string) => name.replace(/\/$/, '');
  const order = new Map(members.map(({ name }, index) => [escaped(name), index]));
  const at = ({ name }: ArchiveDifference) => order.get(escaped(name)) ?? members.length;
  return differences
    .map((one) => ({ ...one, name: members[at(one)]?.name ?? one.name }))
    .toSorted((a, b) => at(a) - at(b));
}

/** Members whose files are newer here than in the archive. */
function newerNames(
  members: readonly ArchiveMember[],
  there: readonly { readonly name: string; readonly time: number }[],
): ReadonlySet<string> {
  const times = new Map(members.map(({ name, mtime }) => [name, mtime]));
  return new Set(
    there
      .filter(({ name, time }) => !name.endsWith('/') && time > (times.get(name) ?? Number.POSITIVE_INFINITY))
      .map(({ name }) => name),
  );
}

function readThere(words: readonly string[]): MemberThere & { readonly time: number } {
  const [name, raw, uid, gid, user, group, time, size, id] = words as [string, ...string[]];
  const bits = Number.parseInt(raw ?? '', 16);
  return {
    name,
    kind: kindOfBits(bits),
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    user: user ?? '',
    group: group ?? '',
    size: Number(size),
    id,
    time: Number(time),
  };
}

const namesById = (entries: string): Readonly<Record<number, string>> =>
  Object.fromEntries(
    lines(entries).map((line) => {
      const [name = '', , id] = line.split(':');
      return [Number(id), name];
    }),
  );

const letters: Readonly<Record<string, ArchiveMember['kind']>> = { '-': 'file', d: 'directory', l: 'link' };

/** Parse a line of tar's long listing. A member with an absolute name is unpacked inside the directory. */
function tarMember(line: string): readonly Named[] {
  const match = /^(.)(\S{9})\S* +(\d+)\/(\d+) +([\d,]+) (\d{4}-\d\d-\d\d) (\d\d:\d\d:[\d.]+) (.*)$/s.exec(line);
  if (match === null) return [{ ...unreadable, name: unescaped(line.replace(/^\/+/, '')) }];
  const [, letter = '', bits = '', uid, gid, size, date, time, rest = ''] = match;
  const marks: Readonly<Record<string, string>> = { l: ' -> ', h: ' link to ' };
  const [name = '', target] = splitAt(rest, marks[letter]);
  return [
    {
      name: unescaped(name.replace(/^\/+/, '')),
      kind: letters[letter] ?? 'other',
      mode: modeOf(bits),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size) || 0,
      mtime: Date.parse(`${date}T${time}Z`) / 1000,
      ...(letter === 'l' && target !== undefined && { target: decodeText(unescaped(target)) }),
    },
  ];
}

const unreadable = {
  kind: 'other',
  mode: undefined,
  uid: undefined,
  gid: undefined,
  size: 0,
  mtime: undefined,
} as const;

/** Parse a line of unzip's listing; its first and last lines are about the archive. */
function zipMember(line: string): readonly Named[] {
  const [, letter = '', bits = '', size, name = ''] =
    /^([-a-z?])(\S+) +[\d.]+ [a-z0-9]+ +(\d+) \S+ \S+ \d{8}\.\d{6} (.*)$/s.exec(line) ?? [];
  if (letter === '') return [];
  return [
    {
      ...unreadable,
      name: encodeText(name.replace(/^\/+/, '')),
      kind: name.endsWith('/') ? 'directory' : (letters[letter] ?? 'other'),
      mode: bits.length === 9 ? modeOf(bits) : undefined,
      size: Number(size),
    },
  ];
}

function splitAt(text: string, mark: string | undefined): readonly [string, string?] {
  const at = mark === undefined ? -1 : text.indexOf(mark);
  return mark === undefined || at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** Convert `rwxr-sr-t` to bits. */
function modeOf(text: string): number {
  const bits = [...text].reduce((sum, letter) => 2 * sum + ('-ST'.includes(letter) ? 0 : 1), 0);
  const special = [text[2], text[5], text[8]].map((letter) => (/[sStT]/.test(letter ?? '') ? 1 : 0));
  return bits + (4 * special[0]! + 2 * special[1]! + special[2]!) * 0o1000;
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '?': 127, '\\': 92 };

/** Undo the C-style escaping of tar's names. */
function unescaped(text: string): Buffer {
  const parts = text.split(/\\([0-7]{3}|.)/);
  return Buffer.concat(
    parts.map((part, index) => {
      if (index % 2 === 0) return encodeText(part);
      return Buffer.from([escapes[part] ?? (/^[0-7]{3}$/.test(part) ? Number.parseInt(part, 8) : part.charCodeAt(0))]);
    }),
  );
}
