import { quote } from '../../command.ts';
import { type Answer, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { complaint, inGroups, inodes, nulWords, parentOf, readRealpaths, realpaths } from './paths.ts';

/** What an entry of a folder is. */
export type EntryKind = 'file' | 'directory' | 'link' | 'char' | 'block' | 'fifo' | 'socket';

/** What the kernel says of one entry of a folder. */
export interface Entry {
  readonly kind: EntryKind;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of owner and group; undefined where the id has none. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly size: number;
  /** What only a look at the host can tell; undefined in what a check foresees. */
  readonly inode?: Inode;
}

/** Numbers and times of an entry. Times are seconds since the epoch. */
export interface Inode {
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly deviceType: number;
  readonly blocks: number;
  readonly blockSize: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  /** 0 where the file system does not keep it. */
  readonly birthtime: number;
}

/** What is at a path: nothing, or an entry; of a link, also what it points to. */
export type PathState = {
  /** The path with all links on the way resolved, the last one included; undefined where links go round in a ring. */
  readonly resolved: string | undefined;
} & (
  | { readonly exists: false }
  | (Entry & {
      readonly exists: true;
      /** Of a link: its target as written, and the entry at its end, undefined when it dangles. */
      readonly link?: { readonly target: string; readonly to: Entry | undefined };
      /** What the asking user may do with it (links followed); undefined in what a check foresees. */
      readonly may?: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
    })
);

const kind: QuestionKind<string, PathState> = {
  name: 'stat',
  scripts: (paths) => inGroups(paths).map((group) => ({ script: statScript(group) })),
  read: (replies, paths) => inGroups(paths).flatMap((group, index) => readStats(replies[index]!, group)),
  about: (path, answer) => [
    ...inodes(
      path,
      answer?.resolved,
      answer?.exists === true && answer.link !== undefined ? parentOf(path) : undefined,
    ),
    ...(answer === undefined || answer.exists ? [] : [`missing:${path}`]),
  ],
};

/** What is at a path of the host. A link is not followed: what it points to is told beside it. */
export const stat = (path: string, options: { host?: string } = {}): Question<PathState> =>
  question(kind, path, options);

/** The entry that a path leads to, links followed; undefined where there is none. */
export function followed(state: PathState): Entry | undefined {
  if (!state.exists) return undefined;
  return state.link === undefined ? state : state.link.to;
}

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
${realpaths(paths)}`;

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
    if (tag === 'm') may.push(words[at++]!);
    else if (tag === 't') {
      const count = Number(words[at++]);
      targets = words.slice(at, at + count);
      at += count;
    } else {
      (tag === 'l' ? found : behind).set(words[at]!, readEntry(words.slice(at + 1, at + 1 + fields.length)));
      at += 1 + fields.length;
    }
  }
  if (words[at] !== 'r') return paths.map(() => ({ ok: false, why: stderr.trim() || 'stat said nothing' }));
  const real = readRealpaths(words.slice(at + 1), paths.length);
  const links = paths.filter((path) => found.get(path)?.kind === 'link');
  return paths.map((path, index) => {
    const entry = found.get(path);
    const resolved = real[index];
    if (entry === undefined) {
      const why = complaint(path, stderr);
      return why === undefined ? { ok: true, value: { exists: false, resolved } } : { ok: false, why };
    }
    const link =
      entry.kind === 'link' ? { target: targets[links.indexOf(path)] ?? '', to: behind.get(path) } : undefined;
    const allowed = may[index] ?? '';
    return {
      ok: true,
      value: {
        exists: true,
        ...entry,
        resolved,
        ...(link && { link }),
        may: { read: allowed.includes('r'), write: allowed.includes('w'), execute: allowed.includes('x') },
      },
    };
  });
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
    major,
    minor,
    blocks,
    blockSize,
    atime,
    mtime,
    ctime,
    birthtime,
  ] = words as [string, ...string[]];
  const bits = Number.parseInt(raw, 16);
  return {
    kind: kinds[bits >> 12] ?? 'file',
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
      deviceType: Number.parseInt(major!, 16) * 256 + Number.parseInt(minor!, 16),
      blocks: Number(blocks),
      blockSize: Number(blockSize),
      atime: Number(atime),
      mtime: Number(mtime),
      ctime: Number(ctime),
      birthtime: Number(birthtime),
    },
  };
}

const kinds: Readonly<Record<number, EntryKind>> = {
  1: 'fifo',
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'link',
  12: 'socket',
};
