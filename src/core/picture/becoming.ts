import type { Script } from '../command.ts';
import type { Entry, EntryKind } from '../questions/files/entry.ts';

/** What is at a path after a change. */
export interface Becoming {
  /** The place of the entry itself: links on the way to it resolved (`PathState.place`), a link at its end not. */
  readonly place: string;
  /** The path as the task names it, where that is another. */
  readonly path?: string;
  /** What kind of entry was there before the change; undefined for nothing. */
  readonly was: EntryKind | undefined;
  /** What is there afterwards; undefined for nothing. A directory that was there keeps what is in it, a new one is empty. */
  readonly entry: Entry | undefined;
  /** Of a file, what it then holds; left out where it is the same file as before, with other attributes. */
  readonly holds?: Holding;
  /** Of a file, its modification time in seconds since the epoch where the change sets one; else a file that is written has that of the run, and another keeps its own. */
  readonly mtime?: number | 'unknown';
  /** Of a link, what it then says; and whether it says that already. */
  readonly target?: string;
  readonly sameTarget?: boolean;
}

/** What a file holds: these bytes, what another file of the host holds (a copy), that very file (a hard link), or what is printed. */
export type Holding =
  | { readonly bytes: Uint8Array }
  | { readonly copyOf: string; readonly sha1?: string }
  | { readonly nameOf: string }
  | { readonly printedBy: Printing };

/** What a file will hold, told by how it can be had: a member of an archive, a file of a commit. */
export interface Printing {
  /** Two with one key hold the same. */
  readonly key: string;
  /** Prints it; left out where nobody can say beforehand what it will be. */
  readonly script?: Script;
  readonly stdin?: Uint8Array | undefined;
}
