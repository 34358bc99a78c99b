import type { TreeEntry } from '../../../src/sdk.ts';

/** The wanted owner of an entry: a name if it has one, otherwise a number. */
interface Owner {
  readonly user: string;
  readonly group: string;
}

/** The ID offset of an unprivileged container, for converting the node's IDs to those in the container. */
interface IdShift {
  readonly by: number;
}

/** An entry that differs from its source. */
export interface TreeDifference {
  readonly entry: TreeEntry;
  readonly owner: Owner;
  readonly now: TreeEntry | undefined;
  /** The parts that differ. */
  readonly kind: boolean;
  readonly content: boolean;
  readonly mode: boolean;
  readonly owned: boolean;
}

/** The differences between a source tree and its copy; ignores entries other than files, directories and links. */
export function treeDifferences(
  source: readonly TreeEntry[],
  dest: readonly TreeEntry[],
  shift: IdShift,
): readonly TreeDifference[] {
  const there = new Map(dest.map((entry) => [entry.path, entry]));
  return source.filter(isCopied).flatMap((entry) => {
    const difference = compare(entry, there.get(entry.path), shift);
    return difference.kind || difference.content || difference.mode || difference.owned ? [difference] : [];
  });
}

/** The entries that exist only at the destination. If a whole directory does, only the directory itself is returned. */
export function surplus(source: readonly TreeEntry[], dest: readonly TreeEntry[]): readonly TreeEntry[] {
  const wanted = new Set(source.map((entry) => entry.path));
  const extra = dest.filter((entry) => !wanted.has(entry.path));
  const gone = new Set(extra.map((entry) => entry.path));
  return extra.filter(
    (entry) => !entry.path.includes('/') || !gone.has(entry.path.slice(0, entry.path.lastIndexOf('/'))),
  );
}

/** The owner of an entry at the destination: by name, because IDs differ from host to host. */
export function ownerOf(entry: TreeEntry, { by }: IdShift): Owner {
  if (by > 0 && (entry.uid >= by || entry.gid >= by))
    return {
      user: String(entry.uid >= by ? entry.uid - by : entry.uid),
      group: String(entry.gid >= by ? entry.gid - by : entry.gid),
    };
  return { user: entry.owner ?? String(entry.uid), group: entry.group ?? String(entry.gid) };
}

const isCopied = ({ kind }: TreeEntry): boolean => kind === 'file' || kind === 'directory' || kind === 'link';

function compare(entry: TreeEntry, now: TreeEntry | undefined, shift: IdShift): TreeDifference {
  const owner = ownerOf(entry, shift);
  const kind = now?.kind !== entry.kind;
  return {
    entry,
    owner,
    now,
    kind,
    content: kind || entry.sha1 !== now?.sha1 || entry.target !== now?.target,
    mode: entry.kind !== 'link' && now?.mode !== entry.mode,
    owned: now === undefined || !belongsTo(now, owner),
  };
}

const belongsTo = (now: TreeEntry, { user, group }: Owner): boolean =>
  (now.owner === user || String(now.uid) === user) && (now.group === group || String(now.gid) === group);
