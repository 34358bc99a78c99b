/** A line in which rsync says what it changes. */
export interface RsyncItem {
  /** The path relative to the destination, as rsync prints it. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'special file';
  readonly does: 'deletes' | 'creates' | 'changes';
  /** For a change: what differs. */
  readonly differs: readonly string[];
}

/** Put before each line of `--out-format`, to tell them from everything else that rsync prints. */
export const itemMark = '<<CHANGED>>';

const KINDS: Readonly<Record<string, RsyncItem['kind']>> = { f: 'file', d: 'directory', L: 'link' };

/** The letters of `%i`, in its order: position 2 and following. */
const ATTRIBUTES: readonly (readonly [string, string])[] = [
  ['c', 'content'],
  ['s', 'size'],
  ['t', 'time'],
  ['p', 'mode'],
  ['o', 'owner'],
  ['g', 'group'],
  ['u', 'access time'],
  ['a', 'ACL'],
  ['x', 'extended attributes'],
];

/** What rsync says it changes. */
export const readItems = (output: string): readonly RsyncItem[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith(itemMark))
    .map((line) => readItem(line.slice(itemMark.length)));

function readItem(line: string): RsyncItem {
  const deleted = /^\*deleting +(.*)$/.exec(line)?.[1];
  if (deleted !== undefined)
    return { name: deleted, kind: deleted.endsWith('/') ? 'directory' : 'file', does: 'deletes', differs: [] };
  const flags = line.slice(0, 11);
  const kind = KINDS[flags[1] ?? ''] ?? 'special file';
  const name = kind === 'link' ? line.slice(12).replace(/ -> .*$/, '') : line.slice(12).replace(/ => .*$/, '');
  const attributes = flags.slice(2);
  if (attributes.startsWith('+')) return { name, kind, does: 'creates', differs: [] };
  const differs = ATTRIBUTES.filter(([letter]) => attributes.toLowerCase().includes(letter)).map(([, word]) => word);
  return { name, kind, does: 'changes', differs };
}
