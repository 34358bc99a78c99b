import { quote, script } from '../../command.ts';
import { must } from '../../must.ts';
import { ofEach } from '../../picture/picture.ts';
import { type Answer, type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { checksumAt } from './checksum.ts';
import { type Entry, foreseeable } from './entry.ts';
import { type FindEntry, findFormat, readFound } from './find-entries.ts';
import type { Located } from './foreseen-path.ts';
import { entriesBelow, isSamePlace } from './foreseen-tree.ts';
import { byPath, directoriesAbove, isInside, joinPath, nulWords, tidyPath } from './paths.ts';
import { endAt, entryAt, stat } from './stat.ts';

/** An entry below a directory. */
export interface TreeEntry extends Omit<Entry, 'inode'> {
  /** Relative to the root; empty for the root itself. */
  readonly path: string;
  /** Undefined for predicted entries. */
  readonly mtime: number | undefined;
  /** Device and inode, as `DEV:INO`; undefined for predicted entries. */
  readonly id?: string;
  /** For a link, its target. */
  readonly target?: string;
  /** For a regular file, if checksums were requested. */
  readonly sha1?: string;
}

/** The options of a tree question. */
export interface TreeOptions {
  readonly path: string;
  readonly checksums?: boolean;
  /** Follow links below the root, as `find -L` does. */
  readonly follow?: boolean;
}

const kind: QuestionKind<TreeOptions, readonly TreeEntry[] | undefined> = {
  name: 'tree',
  scripts: (args) =>
    args.flatMap((arg) => [
      { script: listScript(arg) },
      ...(arg.checksums === true ? [{ script: sumScript(arg) }] : []),
    ]),
  read(replies, args) {
    let next = 0;
    return args.map((arg) =>
      readTree(
        arg,
        must(replies[next++], 'the reply with the list'),
        arg.checksums === true ? replies[next++] : undefined,
      ),
    );
  },
  about: ({ path }) => [`path:${tidyPath(path)}`],
  foretell(arg, picture) {
    const root = endAt(picture, arg.path);
    // find reports link loops on stderr, and lists a dangling link as the link itself.
    if (root === undefined) return picture.now(tree(arg));
    if (root.entry === undefined) {
      const { entry, target } = entryAt(picture, arg.path);
      return entry === undefined ? undefined : [{ ...treeEntry('', entry), ...(target !== undefined && { target }) }];
    }
    const entries = foreseenTree(picture, { ...root, entry: root.entry }, arg);
    return byPath(arg.follow === true ? entries.flatMap((entry) => led(picture, root.place, entry, arg, [])) : entries);
  },
  alongside: ({ path }) => [stat(path) as Question<unknown>],
};

/** The predicted tree, without following links. */
function foreseenTree(
  picture: Picture,
  root: Located & { readonly entry: Entry },
  { path, checksums }: TreeOptions,
): readonly TreeEntry[] {
  const top = { ...treeEntry('', root.entry), ...(checksums === true && sumOf(picture, root)) };
  if (root.entry.kind !== 'directory') return [top];
  const asked = tree({
    path: isSamePlace(picture, root, path) ? path : root.place,
    ...(checksums !== undefined && { checksums }),
  });
  const entries = entriesBelow(picture, {
    root,
    listed: () => (picture.now(asked) ?? []).filter((entry) => entry.path !== ''),
    pathOf: (entry) => entry.path,
    idOf: (entry) => (entry.kind === 'file' ? entry.id : undefined),
  });
  return [
    top,
    ...ofEach(entries, ({ path, listed, foreseen, place }): TreeEntry => {
      if (foreseen === undefined) return listed;
      const located = { place, entry: foreseen.entry, foreseen };
      return {
        ...treeEntry(path, foreseen.entry),
        ...(foreseen.is === 'link' && { target: foreseen.target }),
        ...(checksums === true && sumOf(picture, located)),
      };
    }),
  ];
}

const treeEntry = (path: string, entry: Entry): TreeEntry => ({
  ...foreseeable(entry),
  path,
  mtime: entry.inode?.mtime,
});

const sumOf = (picture: Picture, { place, entry }: Located): { sha1?: string } =>
  entry?.kind === 'file' ? { sha1: checksumAt(picture, place) } : {};

/** An entry as found by a walk that follows links, with everything below where it leads. */
function led(
  picture: Picture,
  root: string,
  entry: TreeEntry,
  options: TreeOptions,
  above: readonly string[],
): readonly TreeEntry[] {
  if (entry.kind !== 'link') return [entry];
  const end = endAt(picture, joinPath(root, entry.path));
  // find reports a loop on stderr and does not list it.
  if (end === undefined) return [];
  if (end.entry === undefined) return [entry];
  const walked = [...above, root, ...directoriesAbove(`/${entry.path}`).map((path) => joinPath(root, path.slice(1)))];
  if (end.entry.kind === 'directory' && walked.includes(end.place)) return [];
  const { place } = end;
  // Below its target, the walk may reach a directory that it is already in.
  const again = walked.filter((one) => one.startsWith(`${place}/`));
  const below = foreseenTree(picture, { ...end, entry: end.entry }, options).filter(
    ({ path }) => !again.some((one) => `${joinPath(place, path)}/`.startsWith(`${one}/`)),
  );
  return below.flatMap((one) =>
    led(picture, place, one, options, walked).map((found) => ({
      ...found,
      path: found.path === '' ? entry.path : `${entry.path}/${found.path}`,
    })),
  );
}

/**
 * Everything below a directory, starting with the directory itself, parents before children; undefined if nothing is
 * there.
 */
export const tree = (
  options: TreeOptions,
  at: { host?: string; beyond?: boolean } = {},
): Question<readonly TreeEntry[] | undefined> => question(kind, options, at);

const absent = 44;

/** The root, written so that `find` cannot mistake it for an option. */
const rootOf = ({ path }: TreeOptions): string => (path.startsWith('/') ? path : `./${path}`);

// The root may itself be a link to a directory: `-H` walks what it leads to.
const walk = (options: TreeOptions): string =>
  `find ${options.follow === true ? '-L' : '-H'} ${quote(rootOf(options))}`;

const listScript = (options: TreeOptions): string =>
  `${script`[ -e ${options.path} ] || [ -h ${options.path} ] || exit ${absent}`}
${walk(options)} -printf '${findFormat('%P', more)}'`;

const sumScript = (options: TreeOptions): string => `${walk(options)} -type f -exec sha1sum -bz '{}' +`;

const more = ['%T@', '%l', '%D', '%i'];

/**
 * A listing comes from the host, where it may have been manipulated: each entry must be inside the root, occur once,
 * and be in a directory that was listed before it, not below a link.
 */
function isNoTree(): (entry: TreeEntry) => boolean {
  const directories = new Set<string>();
  const told = new Set<string>();
  return ({ path, kind }) => {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const fits = !told.has(path) && (path === '' ? told.size === 0 : isInside(path) && directories.has(parent));
    told.add(path);
    if (kind === 'directory') directories.add(path);
    return !fits;
  };
}

function readTree(
  options: TreeOptions,
  listed: Reply,
  summed: Reply | undefined,
): Answer<readonly TreeEntry[] | undefined> {
  if (listed.code === absent) return { ok: true, value: undefined };
  const trouble = decodeText(listed.stderr)
    .split('\n')
    .filter((line) => line !== '' && !/File system loop detected|: Too many levels of symbolic links$/.test(line));
  if (listed.code !== 0 && (trouble.length > 0 || listed.stdout.length === 0))
    return { ok: false, why: trouble.join('; ') || `find: exit code ${listed.code}` };
  const entries = readFound(listed.stdout, more).map(toTreeEntry);
  const odd = entries.find(isNoTree());
  if (odd !== undefined)
    return {
      ok: false,
      why: `the host reports ${JSON.stringify(odd.path)} below ${options.path}: no such path can exist`,
    };
  if (summed?.code === 127) return { ok: false, why: decodeText(summed.stderr).trim() };
  if (summed === undefined) return { ok: true, value: byPath(entries) };
  const root = rootOf(options);
  const sums = new Map(
    nulWords(summed.stdout).map((line) => [line.slice(line.indexOf(' *') + 2), line.slice(0, line.indexOf(' *'))]),
  );
  const sumFor = (path: string) => sums.get(path === '' ? root : `${root.replace(/\/$/, '')}/${path}`);
  return {
    ok: true,
    value: byPath(entries).map((entry) => (entry.kind === 'file' ? { ...entry, sha1: sumFor(entry.path) } : entry)),
  };
}

const toTreeEntry = ({ more: [mtime, target, dev, ino], ...entry }: FindEntry): TreeEntry => ({
  ...entry,
  mtime: Number(mtime),
  id: `${dev}:${ino}`,
  ...(entry.kind === 'link' && { target }),
});
