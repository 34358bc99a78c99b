import { type ShellText, sh } from '../../core/command.ts';

/** What is at a path below /etc. */
export interface Entry {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** A hash of a file's content, or where a link leads. */
  readonly content: string;
}

/** A difference between two manifests. */
export interface PathDifference {
  readonly path: string;
  /** What is there now; undefined if it was removed. */
  readonly now?: Entry;
  readonly before?: Entry;
}

/** Prints kind, rights and content of everything below /etc. */
export const manifestScript: ShellText = sh`export LC_ALL=C
find /etc -xdev -path /etc/.git -prune -o \( -type f -o -type l -o -type d \) -printf '%y\037%m\037%u\037%g\037%p\037%l\n'
printf '\036\n'; find /etc -xdev -path /etc/.git -prune -o -type f -print0 | xargs -0 md5sum --`.script;

const KINDS: Readonly<Record<string, Entry['kind']>> = { f: 'file', d: 'directory', l: 'link' };

/** Reads a manifest. Names that contain a line break are left out. */
export function readManifest(text: string): ReadonlyMap<string, Entry> {
  const [entries = '', sums = ''] = text.split('\x1e\n');
  const hashes = new Map(
    sums.split('\n').flatMap((line) => {
      const [, hash, path] = /^([0-9a-f]{32}) [ *](.*)$/.exec(line) ?? [];
      return hash === undefined || path === undefined ? [] : [[path, hash] as const];
    }),
  );
  return new Map(
    entries.split('\n').flatMap((line) => {
      const [letter = '', mode = '', owner = '', group = '', path = '', target] = line.split('\x1f');
      if (target === undefined) return [];
      const content = letter === 'f' ? (hashes.get(path) ?? '') : target;
      return [[path, { kind: KINDS[letter] ?? 'other', mode: mode.padStart(4, '0'), owner, group, content }] as const];
    }),
  );
}

/** What differs between two manifests, by path. */
export function differencesBetween(
  before: ReadonlyMap<string, Entry>,
  after: ReadonlyMap<string, Entry>,
): readonly PathDifference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): readonly PathDifference[] => {
    const [was, now] = [before.get(path), after.get(path)];
    if (was !== undefined && now !== undefined && isSame(was, now)) return [];
    return [{ path, ...(was !== undefined && { before: was }), ...(now !== undefined && { now }) }];
  });
}

const isSame = (one: Entry, other: Entry): boolean =>
  one.kind === other.kind &&
  // A link has no rights of its own.
  (one.kind === 'link' || (one.mode === other.mode && one.owner === other.owner && one.group === other.group)) &&
  one.content === other.content;
