import { quote } from '../command.ts';
import { type Question, type QuestionKind, question } from '../question.ts';
import { nulWords, tidyPath } from './paths.ts';
import type { Entry, EntryKind } from './stat.ts';

/** An entry below a folder that is searched. */
export interface Found extends Entry {
  /** As the folder was given, and what is below it. */
  readonly path: string;
}

/** What was found below a folder, and what could not be looked into. */
export interface Finding {
  readonly entries: readonly Found[];
  readonly isFolder: boolean;
  readonly skipped: Readonly<Record<string, string>>;
}

interface Arg {
  readonly path: string;
  /** How deep to go; undefined for all the way. */
  readonly depth?: number;
  readonly follow: boolean;
}

const kind: QuestionKind<Arg, Finding> = {
  name: 'found',
  scripts: (args) => args.map((arg) => ({ script: findScript(arg) })),
  read: (replies) =>
    replies.map((reply) => {
      if (reply.code === absent) return { ok: true, value: { entries: [], isFolder: false, skipped: {} } };
      const words = nulWords(reply.stdout);
      const entries = Array.from({ length: words.length / width }, (_, index) =>
        readFound(words.slice(index * width, (index + 1) * width)),
      );
      const complaints = reply.stderr.toString().matchAll(/^find: [‘'](.*)[’']: (.*)$/gm);
      return {
        ok: true,
        value: {
          entries,
          isFolder: true,
          skipped: Object.fromEntries([...complaints].map(([, path, why]) => [path!, why!])),
        },
      };
    }),
  about: ({ path }) => [`path:${tidyPath(path)}`],
};

/** Search a folder. */
export const found = (arg: Arg): Question<Finding> => question(kind, arg);

const absent = 44;

const fields = '%p\\0%y\\0%m\\0%U\\0%G\\0%u\\0%g\\0%s\\0%D\\0%i\\0%n\\0%A@\\0%T@\\0%C@\\0';
const width = 14;

const findScript = ({ path, depth, follow }: Arg): string =>
  `[ -d ${quote(path)} ] || exit ${absent}
LC_ALL=C find ${follow ? '-L' : '-H'} ${quote(path.startsWith('-') ? `./${path}` : path)} -mindepth 1 ${depth === undefined ? '' : `-maxdepth ${depth} `}-printf '${fields}'`;

function readFound(words: readonly string[]): Found {
  const [path, letter, mode, uid, gid, owner, group, size, dev, ino, nlink, atime, mtime, ctime] = words as [
    string,
    ...string[],
  ];
  const inode = {
    dev: Number(dev),
    ino: Number(ino),
    nlink: Number(nlink),
    atime: Number(atime),
    mtime: Number(mtime),
    ctime: Number(ctime),
    deviceType: 0,
    blocks: 0,
    blockSize: 0,
    birthtime: 0,
  };
  return {
    path,
    kind: kinds[letter!] ?? 'file',
    mode: Number.parseInt(mode!, 8),
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === uid ? undefined : owner,
    group: group === gid ? undefined : group,
    size: Number(size),
    inode,
  };
}

const kinds: Readonly<Record<string, EntryKind>> = {
  f: 'file',
  d: 'directory',
  l: 'link',
  c: 'char',
  b: 'block',
  p: 'fifo',
  s: 'socket',
};
