import { quote } from '../../command.ts';
import { type Answer, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { type FindEntry, findFormat, readFound } from './find-entries.ts';
import { isInside, tidyPath } from './paths.ts';
import type { Entry } from './stat.ts';

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
  read: (replies, args) => replies.map((reply, index) => readFinding(reply, args[index]!)),
  about: ({ path }) => [`path:${tidyPath(path)}`],
};

/** Search a folder. */
export const found = (arg: Arg): Question<Finding> => question(kind, arg);

const absent = 44;

const more = ['%D', '%i', '%n', '%A@', '%T@', '%C@'];

const given = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

const findScript = ({ path, depth, follow }: Arg): string =>
  `[ -d ${quote(path)} ] || exit ${absent}
LC_ALL=C find ${follow ? '-L' : '-H'} ${quote(given(path))} -mindepth 1 ${depth === undefined ? '' : `-maxdepth ${depth} `}-printf '${findFormat('%p', more)}'`;

function readFinding({ code, stdout, stderr }: Reply, { path }: Arg): Answer<Finding> {
  if (code === absent) return { ok: true, value: { entries: [], isFolder: false, skipped: {} } };
  const complaints = decodeText(stderr).matchAll(/^find: [‘'](.*)[’']: (.*)$/gm);
  const skipped = Object.fromEntries([...complaints].map(([, path, why]) => [path!, why!]));
  const entries = readFound(stdout, more).map(withInode);
  const root = `${given(path).replace(/\/+$/, '')}/`;
  const odd = entries.find((entry) => !entry.path.startsWith(root) || !isInside(entry.path.slice(root.length)));
  if (odd !== undefined)
    return { ok: false, why: `the host reports ${JSON.stringify(odd.path)} below ${path}: no such path can exist` };
  return { ok: true, value: { entries, isFolder: true, skipped } };
}

function withInode({ more, ...entry }: FindEntry): Found {
  const [dev, ino, nlink, atime, mtime, ctime] = more.map(Number) as [number, number, number, number, number, number];
  const inode = { dev, ino, nlink, atime, mtime, ctime, deviceType: 0, blocks: 0, blockSize: 0, birthtime: 0 };
  return { ...entry, inode };
}
