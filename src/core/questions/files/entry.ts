/** The kind of a directory entry. */
export type EntryKind = 'file' | 'directory' | 'link' | 'char' | 'block' | 'fifo' | 'socket';

/** The kind encoded in the upper bits of `st_mode`. */
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

/** The kernel's information about one directory entry. */
export interface Entry {
  readonly kind: EntryKind;
  /** Permission bits, including setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of owner and group; undefined if the id has no name. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly size: number;
  /** In a check: the flags that `chattr` is predicted to set; undefined if it is not. */
  readonly flags?: string;
  /** Information that only the host has; undefined for predicted entries. */
  readonly inode?: Inode;
  /** For predicted entries: names with the same `id` are one file; `names` is the number of its names, if known. */
  readonly foreseen?: { readonly id: string; readonly names?: number };
}

/** An entry's numbers and times. Times are in seconds since the epoch. */
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
  /** 0 if the file system does not record it. */
  readonly birthtime: number;
}

/** The foreseeable part of an entry: neither its inode nor the other information about its path. */
export const foreseeable = ({ kind, mode, uid, gid, owner, group, size, flags }: Entry): Entry => ({
  kind,
  mode,
  uid,
  gid,
  owner,
  group,
  size,
  ...(flags !== undefined && { flags }),
});

/** The entry alone, without the other information about its path. */
export const entryOf = (entry: Entry): Entry => ({
  ...foreseeable(entry),
  ...(entry.inode !== undefined && { inode: entry.inode }),
  ...(entry.foreseen !== undefined && { foreseen: entry.foreseen }),
});

/** Identifies the file of an entry: names with the same id are one file. Undefined if unknown. */
export const fileId = ({ inode, foreseen }: Pick<Entry, 'inode' | 'foreseen'>): string | undefined =>
  foreseen?.id ?? (inode === undefined ? undefined : `${inode.dev}:${inode.ino}`);

/** The number of names that a file has; 1 if unknown. */
export const namesOf = ({ inode, foreseen }: Pick<Entry, 'inode' | 'foreseen'>): number =>
  inode?.nlink ?? foreseen?.names ?? 1;

/** What is at a path: nothing, or an entry; for a link, also what it points to. */
export type PathState = {
  /** The place of the entry itself, existing or not: links on the way are resolved, one at its end is not. */
  readonly place?: string | undefined;
  /** The path with all links resolved, including the last one; undefined if the links form a loop. */
  readonly resolved: string | undefined;
} & (
  | { readonly exists: false }
  | (Entry & {
      readonly exists: true;
      /** For a link: its target as written, and the entry at its end, undefined if it dangles. */
      readonly link?: { readonly target: string; readonly to: Entry | undefined };
      /** The permissions of the asking user (following links); undefined for predicted entries. */
      readonly may?: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
    })
);

/** The entry that a path leads to, following links; undefined if there is none. */
export function followed(state: PathState): Entry | undefined {
  if (!state.exists) return undefined;
  return state.link === undefined ? state : state.link.to;
}
