import { posix } from 'node:path';

/** Something in a clone. Paths are relative to the clone's root, without a leading slash. */
export type CloneEntry =
  | { readonly kind: 'file'; readonly text?: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string };

/** A clone of a configuration repository, as far as it is to be looked at: `text` is undefined for what is not text. */
export interface Clone {
  readonly entries: ReadonlyMap<string, CloneEntry>;
  /** Absolute paths, without a slash at their end, under which it lies on hosts. */
  readonly deployedAt: readonly string[];
  /** Whether a person told where it lies; otherwise the paths are guessed from its name and its links. */
  readonly isToldWhere: boolean;
  /** What could not be looked at, and why. */
  readonly unread: readonly string[];
}

/** Where a path in a clone leads. */
type Destination =
  | { readonly kind: 'here'; readonly path: string }
  | { readonly kind: 'missing'; readonly path: string }
  /** Out of the clone, where nothing is known. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'circle' };

/** As Linux has it. */
const MOST_LINKS = 40;

/** Follows a path from the clone's root, through all links in it, without looking at anything but the clone. */
export function destinationOf(clone: Pick<Clone, 'entries' | 'deployedAt'>, path: string): Destination {
  const open = path.split('/');
  let at: readonly string[] = [];
  for (let links = 0; open.length > 0; ) {
    const name = open.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.length === 0) return { kind: 'outside' };
      at = at.slice(0, -1);
      continue;
    }
    const next = [...at, name];
    const entry = clone.entries.get(next.join('/'));
    if (entry === undefined || (entry.kind === 'file' && open.some((rest) => rest !== '')))
      return { kind: 'missing', path: [...next, ...open].join('/') };
    if (entry.kind !== 'link') {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) return { kind: 'circle' };
    const inside = insideOf(clone, entry.target);
    if (inside === undefined && entry.target.startsWith('/')) return { kind: 'outside' };
    if (inside !== undefined) at = [];
    open.unshift(...(inside ?? entry.target).split('/'));
  }
  return { kind: 'here', path: at.join('/') };
}

/** The path in the clone of an absolute path on hosts; undefined if it does not lead into the clone. */
export function insideOf({ deployedAt }: Pick<Clone, 'deployedAt'>, absolute: string): string | undefined {
  if (!absolute.startsWith('/')) return undefined;
  const path = posix.normalize(absolute);
  const root = deployedAt.find((one) => path === one || path.startsWith(`${one}/`));
  return root === undefined ? undefined : path.slice(root.length + 1);
}

/** The text files of a clone by path. */
export const textsOf = ({ entries }: Clone): readonly { readonly path: string; readonly text: string }[] =>
  [...entries].flatMap(([path, entry]) =>
    entry.kind === 'file' && entry.text !== undefined ? [{ path, text: entry.text }] : [],
  );

/** The lines of a text with their numbers, from 1. */
export const numbered = (text: string): readonly { readonly line: string; readonly number: number }[] =>
  text.split('\n').map((line, index) => ({ line: line.replace(/\r$/, ''), number: index + 1 }));

/** Paths in the clone that end in the same way as one that is missing: where it may be now. */
export function elsewhere({ entries }: Clone, path: string): string | undefined {
  const name = posix.basename(path);
  const same = [...entries.keys()].filter((one) => posix.basename(one) === name);
  const shared = (one: string): number => {
    const [ours, theirs] = [one.split('/'), path.split('/')];
    return ours.filter((part) => theirs.includes(part)).length;
  };
  return same.toSorted((one, other) => shared(other) - shared(one) || one.localeCompare(other))[0];
}
