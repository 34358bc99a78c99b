import { quote } from '../../command.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import type { Subject } from '../../touches.ts';

/** The number of paths per process: well below the kernel's limit on the size of the arguments. */
const pathsAtOnce = 500;

/** Split arguments into groups that fit on the command line of one process. */
export const inGroups = <T>(items: readonly T[], size = pathsAtOnce): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** The directory that contains a path, computed from the text alone. */
export function parentOf(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  return slash < 0 ? '.' : trimmed.slice(0, slash).replace(/\/+$/, '') || '/';
}

/** Every directory above a path except the root (and `.`), outermost first, computed from the text alone. */
export function directoriesAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let one = parentOf(path); one !== '/' && one !== '.'; one = parentOf(one)) above.unshift(one);
  return above;
}

/** The last component of a path. */
export const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** A path without doubled slashes, `.` or trailing slashes. Links are not resolved, so `..` stays. */
export function tidyPath(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && word !== '.');
  return path.startsWith('/') ? `/${words.join('/')}` : words.join('/') || '.';
}

/** Join a directory and a name. */
export const joinPath = (folder: string, name: string): string =>
  name === '' ? folder : `${folder.replace(/\/+$/, '')}/${name}`;

/** Sort entries by path, parents first: a file system lists them in an unpredictable order. */
export const byPath = <T extends { readonly path: string }>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));

/** Whether a path reported by a host stays inside the directory that it should be in: no `..`, not absolute. */
export const isInside = (path: string): boolean =>
  path !== '' && !path.startsWith('/') && path.split('/').every((word) => word !== '' && word !== '.' && word !== '..');

/** Resolve `.`, `..` and doubled slashes textually, starting at the root: the result cannot lead above it. */
export function rootedPath(path: string): string {
  const words: string[] = [];
  for (const word of path.split('/'))
    if (word === '..') words.pop();
    else if (word !== '' && word !== '.') words.push(word);
  return `/${words.join('/')}`;
}

/** A link's target as a path; a relative target starts where the link is. */
export const targetPath = (link: string, target: string): string =>
  target.startsWith('/') ? target : joinPath(parentOf(link), target);

/** The subjects of an answer about single paths: those entries, however they were written. */
export const entries = (...paths: readonly (string | undefined)[]): readonly Subject[] => [
  ...new Set(paths.filter((path) => path !== undefined).map((path) => `entry:${tidyPath(path)}`)),
];

/**
 * A script that prints the real path of each path, NUL-terminated, even if it does not exist. If one cannot be resolved
 * (and prints as an empty path), all are resolved again one by one.
 */
export const realpaths = (paths: readonly string[]): string => {
  const words = paths.map(quote).join(' ');
  return `{ ${realpath('-mz', words)} || for p in ${words}; do ${realpath('-mz', '"$p"')} || printf '\\0'; done; } 2>/dev/null`;
};

/**
 * A command that resolves paths, given as words for the shell. With `-m`, GNU realpath never ends, and uses more and
 * more memory, if a link leads to a path below itself (`ln -s x/y x`), so it gets one second of CPU time.
 */
export const realpath = (options: string, words: string): string => `(ulimit -t 1; realpath ${options} -- ${words})`;

/** Parse the output of `realpaths`; undefined for a path that leads nowhere. */
export const readRealpaths = (words: readonly string[], count: number): readonly (string | undefined)[] =>
  words.slice(-count).map((word) => (word === '' ? undefined : word));

/**
 * A tool's errors on stderr in the C locale, looked up by path; undefined for a path that merely does not exist. Stderr is
 * read once, however many paths are looked up: there is a line for each that does not exist. A tool that does not know our
 * options has looked at nothing, which is a complaint about every path.
 */
export function complaintsIn(stderr: string): (path: string) => string | undefined {
  const lines = stderr
    .split('\n')
    .filter(
      (line) =>
        line !== '' && !/: (No such file or directory|Not a directory|Too many levels of symbolic links)$/.test(line),
    );
  const refusal = lines.find((line) => /^[\w.+-]+: (unrecognized|invalid|illegal|unknown) option/i.test(line));
  return (path) => {
    const line =
      lines.find((line) => names(line, path)) ??
      lines.find((line) => line.includes("'\\''") || line.includes('\\')) ??
      refusal;
    return line === undefined ? undefined : inAnsiblesWords(path, line);
  };
}

/** Playbooks look for Ansible's words for a file that may not be read. */
export const inAnsiblesWords = (path: string, said: string): string =>
  /^(cat|stat|\w+sum): .*: Permission denied$/.test(said) ? `file is not readable: ${path}: Permission denied` : said;

/** Whether a line is about this path, and not about one that contains its name. */
const names = (line: string, path: string): boolean =>
  path !== '' && [`: ${path}: `, `'${path}'`].some((mark) => line.includes(mark));

/** The NUL-terminated words of a reply as text. Bytes that are not UTF-8 become lone surrogates (see `decodeText`). */
export const nulWords = (bytes: Reply['stdout']): string[] => decodeText(bytes).split('\0').slice(0, -1);

/** The subjects of an answer about files' content. */
export const contents = (...paths: readonly (string | undefined)[]): readonly Subject[] =>
  entries(...paths).map((subject) => subject.replace('entry:', 'data:'));

/** The subjects of an answer about files' owners, modes, kinds and links. */
export const inodes = (...paths: readonly (string | undefined)[]): readonly Subject[] =>
  entries(...paths).map((subject) => subject.replace('entry:', 'inode:'));
