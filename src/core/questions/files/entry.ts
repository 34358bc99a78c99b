/** What an entry of a folder is. */
export type EntryKind = 'file' | 'directory' | 'link' | 'char' | 'block' | 'fifo' | 'socket';

/** The kind that the upper bits of `st_mode` tell. */
export const kindOfBits = (bits: number): EntryKind => KINDS[bits >> 12] ?? 'file';

const KINDS: Readonly<Record<number, EntryKind>> = {
  1: 'fifo',
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'link',
  12: 'socket',
};

/** What the kernel says of one entry of a folder. */
export interface Entry {
  readonly kind: EntryKind;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of owner and group; undefined where the id has none. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly size: number;
  /** What only a look at the host can tell; undefined in what a check foresees. */
  readonly inode?: Inode;
  /** In what a check foresees: two names with one `id` are one file, which has so many names, where that is known. */
  readonly foreseen?: { readonly id: string; readonly names?: number };
}

/** Numbers and times of an entry. Times are seconds since the epoch. */
export interface Inode {
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly deviceType: number;
  readonly blocks: number;
  readonly blockSize: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  /** 0 where the file system does not keep it. */
  readonly birthtime: number;
}

/** What of an entry can be foreseen: neither its inode, nor what else is told of its path. */
export const foreseeable = ({ kind, mode, uid, gid, owner, group, size }: Entry): Entry => ({
  kind,
  mode,
  uid,
  gid,
  owner,
  group,
  size,
});

/** An entry alone, without what else is told of its path. */
export const entryOf = (entry: Entry): Entry => ({
  ...foreseeable(entry),
  ...(entry.inode !== undefined && { inode: entry.inode }),
  ...(entry.foreseen !== undefined && { foreseen: entry.foreseen }),
});

/** Which file an entry is: names with one id are one file. Undefined where nobody knows. */
export const fileId = ({ inode, foreseen }: Pick<Entry, 'inode' | 'foreseen'>): string | undefined =>
  foreseen?.id ?? (inode === undefined ? undefined : `${inode.dev}:${inode.ino}`);

/** How many names a file has; 1 where nobody knows. */
export const namesOf = ({ inode, foreseen }: Pick<Entry, 'inode' | 'foreseen'>): number =>
  inode?.nlink ?? foreseen?.names ?? 1;

/** What is at a path: nothing, or an entry; of a link, also what it points to. */
export type PathState = {
  /** Where the entry itself is, or would be: links on the way resolved, one at its end not. */
  readonly place?: string | undefined;
  /** The path with all links on the way resolved, the last one included; undefined where links go round in a ring. */
  readonly resolved: string | undefined;
} & (
  | { readonly exists: false }
  | (Entry & {
      readonly exists: true;
      /** Of a link: its target as written, and the entry at its end, undefined when it dangles. */
      readonly link?: { readonly target: string; readonly to: Entry | undefined };
      /** What the asking user may do with it (links followed); undefined in what a check foresees. */
      readonly may?: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
    })
);

/** The entry that a path leads to, links followed; undefined where there is none. */
export function followed(state: PathState): Entry | undefined {
  if (!state.exists) return undefined;
  return state.link === undefined ? state : state.link.to;
}
