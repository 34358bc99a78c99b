import { quote } from '../../command.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';

/** How many paths go into one process: well below what the kernel allows its arguments to be. */
const pathsAtOnce = 500;

/** Arguments in groups that fit the command line of one process. */
export const inGroups = <T>(items: readonly T[], size = pathsAtOnce): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** The folder that a path is an entry of, as text; nothing is looked up. */
export function parentOf(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  return slash < 0 ? '.' : trimmed.slice(0, slash).replace(/\/+$/, '') || '/';
}

/** Every directory above a path but the root (and `.`), outermost first, as text; nothing is looked up. */
export function directoriesAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let one = parentOf(path); one !== '/' && one !== '.'; one = parentOf(one)) above.unshift(one);
  return above;
}

/** The last name of a path. */
export const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** A path without doubled slashes, `.`, and slashes at its end; links are not looked up, so `..` stays. */
export function tidyPath(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && word !== '.');
  return path.startsWith('/') ? `/${words.join('/')}` : words.join('/') || '.';
}

/** Path and name joined. */
export const joinPath = (folder: string, name: string): string =>
  name === '' ? folder : `${folder.replace(/\/+$/, '')}/${name}`;

/** Entries in the order of their paths, parents first: a file system lists them in an order that nobody can foresee. */
export const byPath = <T extends { readonly path: string }>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));

/** Whether a path that a host tells of stays inside of the directory that it is told to be in: no `..`, not absolute. */
export const isInside = (path: string): boolean =>
  path !== '' && !path.startsWith('/') && path.split('/').every((word) => word !== '' && word !== '.' && word !== '..');

/** A path with `.`, `..` and doubled slashes resolved as text, from the root: it cannot lead above it. */
export function rootedPath(path: string): string {
  const words: string[] = [];
  for (const word of path.split('/'))
    if (word === '..') words.pop();
    else if (word !== '' && word !== '.') words.push(word);
  return `/${words.join('/')}`;
}

/** A link's target as a path of its own: relative ones start where the link is. */
export const targetPath = (link: string, target: string): string =>
  target.startsWith('/') ? target : joinPath(parentOf(link), target);

/** What an answer about single paths depends on: those entries, however they were written. */
export const entries = (...paths: readonly (string | undefined)[]): readonly Subject[] => [
  ...new Set(paths.filter((path) => path !== undefined).map((path) => `entry:${tidyPath(path)}`)),
];

/** Script: where paths really are, NUL after each; missing ones included. Where one leads nowhere (the empty path), all are told again one by one. */
export const realpaths = (paths: readonly string[]): string => {
  const words = paths.map(quote).join(' ');
  return `realpath -mz -- ${words} 2>/dev/null || for p in ${words}; do realpath -mz -- "$p" 2>/dev/null || printf '\\0'; done`;
};

/** Reads what `realpaths` prints; undefined for a path that leads nowhere. */
export const readRealpaths = (words: readonly string[], count: number): readonly (string | undefined)[] =>
  words.slice(-count).map((word) => (word === '' ? undefined : word));

/** What a tool said of a path on stderr in the C locale; undefined when nothing but that it is not there. */
export function complaint(path: string, stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .filter(
      (line) =>
        line !== '' && !/: (No such file or directory|Not a directory|Too many levels of symbolic links)$/.test(line),
    );
  return lines.find((line) => names(line, path)) ?? lines.find((line) => line.includes("'\\''") || line.includes('\\'));
}

/** Whether a complaint is about this path, and not about one that its name is a part of. */
const names = (line: string, path: string): boolean =>
  path !== '' && [`: ${path}: `, `'${path}'`].some((mark) => line.includes(mark));

/** NUL-ended words of a reply as text. Names that are not UTF-8 come out with replacement characters. */
export const nulWords = (bytes: Reply['stdout']): string[] => decodeText(bytes).split('\0').slice(0, -1);

/** What an answer about files' contents depends on. */
export const contents = (...paths: readonly (string | undefined)[]): readonly Subject[] =>
  entries(...paths).map((subject) => subject.replace('entry:', 'data:'));

/** What an answer about files' owners, modes, kinds and links depends on. */
export const inodes = (...paths: readonly (string | undefined)[]): readonly Subject[] =>
  entries(...paths).map((subject) => subject.replace('entry:', 'inode:'));
