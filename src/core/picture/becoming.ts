import type { Script } from '../command.ts';
import type { Bytes } from '../local-content.ts';
import type { Entry, EntryKind } from '../questions/files/entry.ts';

/** What is at a path after a change. */
export interface Becoming {
  /**
   * The place of the entry itself: links on the way to it are resolved (`PathState.place`), a link at its end is not.
   */
  readonly place: string;
  /** The path as the task names it, if it differs from the place. */
  readonly path?: string;
  /** The kind of entry there before the change; undefined if there was none. */
  readonly was: EntryKind | undefined;
  /** The file there before the change, if it has several names: replacing or removing it takes this name away. */
  readonly former?: Entry | undefined;
  /**
   * The entry there afterwards; undefined if there is none. An existing directory keeps its content, a new one is
   * empty.
   */
  readonly entry: Entry | undefined;
  /** For a file, its content afterwards; omitted if it is the same file as before with other attributes. */
  readonly holds?: Holding;
  /** For a file: it is written in place, so its directory need not be writable. */
  readonly inPlace?: boolean;
  /**
   * For a file, its modification time in seconds since the epoch, if the change sets it. Otherwise a file that is
   * written gets the time of the run, and any other file keeps its own.
   */
  readonly mtime?: number | 'unknown';
  /** For a link, its target afterwards, and whether it already has that target. */
  readonly target?: string;
  readonly sameTarget?: boolean;
}

/**
 * A file's content: these bytes (or those of a file on the controller), a copy of another file on the host, that same file (a hard link), or the output of a
 * script.
 */
export type Holding =
  | { readonly bytes: Bytes }
  | { readonly copyOf: string; readonly sha1?: string }
  | { readonly nameOf: string }
  | { readonly printedBy: Printing };

/** Identifies a file's future content by its origin: a member of an archive, a file in a commit. */
export interface Printing {
  /** Printings with the same key have the same content. */
  readonly key: string;
  /** Prints the content; omitted if it cannot be known in advance. */
  readonly script?: Script;
  readonly stdin?: Uint8Array | undefined;
}
