import { quote } from '../../command.ts';
import { pairs } from '../../pairs.ts';
import { type Answer, type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { type Entry, kindOfBits, type PathState } from './entry.ts';
import { endOf, foreseenState, type Located, locate } from './foreseen-path.ts';
import {
  complaintsIn,
  inGroups,
  inodes,
  joinPath,
  nameOf,
  nulWords,
  parentOf,
  readRealpaths,
  realpaths,
} from './paths.ts';

const kind: QuestionKind<string, PathState> = {
  name: 'stat',
  scripts: (paths) => inGroups(paths).map((group) => ({ script: statScript(group) })),
  read: (replies, paths) => pairs(replies, inGroups(paths)).flatMap(([reply, group]) => readStats(reply, group)),
  about: (path, answer) => [
    ...inodes(
      path,
      answer?.resolved,
      answer?.exists === true && answer.link !== undefined ? parentOf(path) : undefined,
    ),
    ...(answer === undefined || answer.exists ? [] : [`missing:${path}`]),
  ],
  foretell: (path, picture) => foreseenState(entryAt(picture, path), picture, statNow(picture)),
};

const statNow =
  (picture: Picture) =>
  (path: string): PathState =>
    picture.now(stat(path));

/** In a check: the predicted entry at a path itself, following only links on the way. */
export const entryAt = (picture: Picture, path: string): Located => locate(picture, path, statNow(picture));

/** In a check: the predicted entry that a path leads to, also following a link at its end. */
export const endAt = (picture: Picture, path: string): Located | undefined => endOf(picture, path, statNow(picture));

/** What is at a path on the host. A link is not followed; its target is reported separately. */
export const stat = (path: string, options: { host?: string } = {}): Question<PathState> =>
  question(kind, path, options);

const fields = [
  '%f',
  '%u',
  '%g',
  '%U',
  '%G',
  '%s',
  '%d',
  '%i',
  '%h',
  '%t',
  '%T',
  '%b',
  '%o',
  '%.9X',
  '%.9Y',
  '%.9Z',
  '%.9W',
];

const statScript = (paths: readonly string[]): string => `LC_ALL=C; export LC_ALL
set -- ${paths.map(quote).join(' ')}
stat --printf ${quote(`l\\0%n\\0${fields.join('\\0')}\\0`)} -- "$@"
[ $? != 127 ] || exit
for p do
  m=
  [ -r "$p" ] && m=r
  [ -w "$p" ] && m=\${m}w
  [ -x "$p" ] && m=\${m}x
  printf 'm\\0%s\\0' "$m"
done
n=$#
for p do [ -h "$p" ] && set -- "$@" "$p"; done
shift "$n"
if [ "$#" -gt 0 ]; then
  stat -L --printf ${quote(`f\\0%n\\0${fields.join('\\0')}\\0`)} -- "$@" 2>/dev/null
  printf 't\\0%s\\0' "$#"
  readlink -z -- "$@"
fi
printf 'r\\0'
${realpaths([...paths, ...paths.map(parentOf)])}`;

function readStats(reply: Reply, paths: readonly string[]): readonly Answer<PathState>[] {
  const words = nulWords(reply.stdout);
  const stderr = decodeText(reply.stderr);
  const found = new Map<string, Entry>();
  const behind = new Map<string, Entry>();
  const may: string[] = [];
  let targets: readonly string[] = [];
  let at = 0;
  for (; at < words.length && words[at] !== 'r'; ) {
    const tag = words[at++];
    if (tag === 'm') may.push(words[at++] ?? '');
    else if (tag === 't') {
      const count = Number(words[at++]);
      targets = words.slice(at, at + count);
      at += count;
    } else {
      const [path = '', ...values] = words.slice(at, at + 1 + fields.length);
      (tag === 'l' ? found : behind).set(path, readEntry(values));
      at += 1 + fields.length;
    }
  }
  if (words[at] !== 'r') return paths.map(() => ({ ok: false, why: stderr.trim() || 'stat gave no reason' }));
  const real = readRealpaths(words.slice(at + 1), 2 * paths.length);
  const complaint = complaintsIn(stderr);
  const links = paths.filter((path) => found.get(path)?.kind === 'link');
  const targetOf = new Map(links.map((path, index) => [path, targets[index]]));
  return paths.map((path, index) => {
    const entry = found.get(path);
    const resolved = real[index];
    const place = placeOf(path, real[paths.length + index], resolved);
    if (entry === undefined) {
      const why = complaint(path);
      return why === undefined ? { ok: true, value: { exists: false, place, resolved } } : { ok: false, why };
    }
    const link = entry.kind === 'link' ? { target: targetOf.get(path) ?? '', to: behind.get(path) } : undefined;
    const allowed = may[index] ?? '';
    return {
      ok: true,
      value: {
        exists: true,
        ...entry,
        place,
        resolved,
        ...(link && { link }),
        may: { read: allowed.includes('r'), write: allowed.includes('w'), execute: allowed.includes('x') },
      },
    };
  });
}

/** The place of an entry whose directory really is `parent`. */
function placeOf(path: string, parent: string | undefined, resolved: string | undefined): string | undefined {
  const name = nameOf(path);
  if (name === '' || name === '.' || name === '..') return resolved;
  return parent === undefined ? undefined : joinPath(parent, name);
}

function readEntry(words: readonly string[]): Entry {
  const [
    raw,
    uid,
    gid,
    owner,
    group,
    size,
    dev,
    ino,
    nlink,
    major = '',
    minor = '',
    blocks,
    blockSize,
    atime,
    mtime,
    ctime,
    birthtime,
  ] = words as [string, ...string[]];
  const bits = Number.parseInt(raw, 16);
  return {
    kind: kindOfBits(bits),
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === 'UNKNOWN' ? undefined : owner,
    group: group === 'UNKNOWN' ? undefined : group,
    size: Number(size),
    inode: {
      dev: Number(dev),
      ino: Number(ino),
      nlink: Number(nlink),
      deviceType: Number.parseInt(major, 16) * 256 + Number.parseInt(minor, 16),
      blocks: Number(blocks),
      blockSize: Number(blockSize),
      atime: Number(atime),
      mtime: Number(mtime),
      ctime: Number(ctime),
      birthtime: Number(birthtime),
    },
  };
}
