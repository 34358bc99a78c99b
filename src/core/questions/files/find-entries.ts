import type { Reply } from '../../session.ts';
import type { Entry, EntryKind } from './entry.ts';
import { nulWords } from './paths.ts';

/** An entry as printed by `find`, and the additional fields that a question requested. */
export interface FindEntry extends Omit<Entry, 'inode'> {
  readonly path: string;
  readonly more: readonly string[];
}

/** The argument of `find -printf` for entries whose path is `path`, followed by more fields. */
export const findFormat = (path: '%p' | '%P', more: readonly string[]): string =>
  [path, '%y', '%m', '%U', '%G', '%u', '%g', '%s', ...more].map((field) => `${field}\\0`).join('');

const own = 8;

/** Parse the output of `find` in that format. */
export function readFound(stdout: Reply['stdout'], more: readonly string[]): readonly FindEntry[] {
  const words = nulWords(stdout);
  const width = own + more.length;
  return Array.from({ length: Math.floor(words.length / width) }, (_, index) =>
    readEntry(words.slice(index * width, (index + 1) * width)),
  );
}

function readEntry(words: readonly string[]): FindEntry {
  const [path, letter = '', mode = '', uid, gid, owner, group, size] = words as [string, ...string[]];
  return {
    path,
    kind: kinds[letter] ?? 'file',
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === uid ? undefined : owner,
    group: group === gid ? undefined : group,
    size: Number(size),
    more: words.slice(own),
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
