import type { ShellText } from '../../command.ts';
import type { EntryKind } from './entry.ts';

/** An archive: a file of the host, bytes from the controller, or what a script with its stdin prints. */
export interface ArchiveSource {
  readonly path: string;
  readonly bytes?: Uint8Array;
  readonly download?: { readonly script: ShellText; readonly stdin: Uint8Array };
}

/** What of an archive is meant, and where it is unpacked. */
export interface ArchiveArg {
  readonly source: ArchiveSource;
  readonly dest: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The user's own arguments for tar or unzip: comparing is told what unpacking is told. */
  readonly extra: readonly string[];
  /** Files that are newer than in the archive are no difference. */
  readonly keepNewer: boolean;
}

/** What an archive says of a member. */
export interface ArchiveMember {
  /** Under the name that it gets in the directory; of a directory with a slash at its end. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Undefined where it was packed on a system without permission bits. */
  readonly mode: number | undefined;
  /** Undefined in a zip archive: who unpacks it owns it. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly size: number;
  /** Seconds since 1970; a zip archive does not tell in which time zone. */
  readonly mtime: number | undefined;
  /** Of a link, where a tar archive has it. */
  readonly target?: string;
}

/** What is at the place of a member, links on the way followed. */
export interface MemberThere {
  readonly name: string;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly size: number;
  /** Device and inode, as `DEV:INO`. */
  readonly id: string | undefined;
}

/** What differs of a member: `missing`, or in tar's words. */
export interface ArchiveDifference {
  /** As the archive names the member. */
  readonly name: string;
  readonly what: string;
}

/** How an archive compares with a directory. */
export interface ArchiveState {
  /** Why it cannot be unpacked where it is wanted: no directory, something in the way. */
  readonly obstacle: string | undefined;
  /** What is wrong with the archive. */
  readonly failure: string | undefined;
  readonly zip: boolean;
  readonly members: readonly ArchiveMember[];
  /** The names of all members as bytes, NUL after each: names need not be UTF-8. */
  readonly names: Uint8Array;
  /** In the order of the members. */
  readonly differences: readonly ArchiveDifference[];
  /** Owners, permission bits and kinds of members that are there. */
  readonly there: readonly MemberThere[];
  /** A directory of the archive is a link there, and what is in it is unpacked elsewhere. */
  readonly leadsElsewhere: boolean;
  /** Names of the owners and groups that the archive names by number, where something differs. */
  readonly users: Readonly<Record<number, string>>;
  readonly groups: Readonly<Record<number, string>>;
}
