import { quote } from '../../command.ts';
import { pairs } from '../../pairs.ts';
import { NotForeseen } from '../../picture/picture.ts';
import { type Answer, type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { type Entry, fileId } from './entry.ts';
import { type FindEntry, findFormat, readFound } from './find-entries.ts';
import { type Below, entriesBelow, isEmptied, isSamePlace } from './foreseen-tree.ts';
import { byPath, isInside, tidyPath } from './paths.ts';
import { endAt, stat } from './stat.ts';

/** An entry below a searched directory. */
export interface Found extends Entry {
  /** The directory as given, followed by the path below it. */
  readonly path: string;
}

/** The entries found below a directory, and what could not be read. */
export interface Finding {
  readonly entries: readonly Found[];
  readonly isFolder: boolean;
  readonly skipped: Readonly<Record<string, string>>;
}

interface Arg {
  readonly path: string;
  /** The maximum depth; undefined for no limit. */
  readonly depth?: number;
  readonly follow: boolean;
}

const kind: QuestionKind<Arg, Finding> = {
  name: 'found',
  scripts: (args) => args.map((arg) => ({ script: findScript(arg) })),
  read: (replies, args) => pairs(replies, args).map(([reply, arg]) => readFinding(reply, arg)),
  about: ({ path }) => [`path:${tidyPath(path)}`],
  foretell(arg, picture) {
    const root = endAt(picture, arg.path);
    if (root?.entry?.kind !== 'directory') return { entries: [], isFolder: false, skipped: {} };
    const asked = found({ ...arg, path: isSamePlace(picture, root, arg.path) ? arg.path : root.place });
    const start = `${given((asked.arg as Arg).path).replace(/\/+$/, '')}/`;
    const below = entriesBelow(picture, {
      root,
      depth: arg.depth,
      listed: () => picture.now(asked).entries,
      pathOf: (entry) => entry.path.slice(start.length),
      idOf: (entry) => (entry.kind === 'file' ? fileId(entry) : undefined),
    });
    const entries = below
      .filter(({ path }) => arg.depth === undefined || path.split('/').length <= arg.depth)
      .map((one) => foundEntry(one, `${given(arg.path).replace(/\/+$/, '')}/${one.path}`, picture));
    if (arg.follow && entries.some((entry) => entry.kind === 'link'))
      throw new NotForeseen(picture.files.touchedBy('everything') ?? '');
    return { entries: byPath(entries), isFolder: true, skipped: isEmptied(root) ? {} : picture.now(asked).skipped };
  },
  alongside: ({ path }) => [stat(path) as Question<unknown>],
};

/** A predicted entry has no inode, and neither does a directory where entries are added or removed. */
function foundEntry({ listed, foreseen, place }: Below<Found>, path: string, picture: Picture): Found {
  if (foreseen !== undefined) return { ...foreseen.entry, path };
  const { inode, ...entry } = listed;
  const kept = entry.kind !== 'directory' || !picture.files.isRelisted(place);
  return { ...entry, path, ...(kept && inode !== undefined && { inode }) };
}

/** Search a directory. */
export const found = (arg: Arg): Question<Finding> => question(kind, arg);

const absent = 44;

const more = ['%D', '%i', '%n', '%A@', '%T@', '%C@'];

const given = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

const findScript = ({ path, depth, follow }: Arg): string =>
  `[ -d ${quote(path)} ] || exit ${absent}
LC_ALL=C find ${follow ? '-L' : '-H'} ${quote(given(path))} -mindepth 1 ${depth === undefined ? '' : `-maxdepth ${depth} `}-printf '${findFormat('%p', more)}'`;

function readFinding({ code, stdout, stderr }: Reply, { path }: Arg): Answer<Finding> {
  if (code === absent) return { ok: true, value: { entries: [], isFolder: false, skipped: {} } };
  if (code === 127) return { ok: false, why: decodeText(stderr).trim() };
  const complaints = decodeText(stderr).matchAll(/^find: [‘'](.*)[’']: (.*)$/gm);
  const skipped = Object.fromEntries([...complaints].map(([, path = '', why = '']) => [path, why]));
  const entries = readFound(stdout, more).map(withInode);
  const root = `${given(path).replace(/\/+$/, '')}/`;
  const odd = entries.find((entry) => !entry.path.startsWith(root) || !isInside(entry.path.slice(root.length)));
  if (odd !== undefined)
    return { ok: false, why: `the host reports ${JSON.stringify(odd.path)} below ${path}: no such path can exist` };
  return { ok: true, value: { entries: byPath(entries), isFolder: true, skipped } };
}

function withInode({ more, ...entry }: FindEntry): Found {
  const [dev, ino, nlink, atime, mtime, ctime] = more.map(Number) as [number, number, number, number, number, number];
  const inode = { dev, ino, nlink, atime, mtime, ctime, deviceType: 0, blocks: 0, blockSize: 0, birthtime: 0 };
  return { ...entry, inode };
}
