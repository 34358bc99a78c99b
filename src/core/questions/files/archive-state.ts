import type { ShellText } from '../../command.ts';
import type { EntryKind } from './entry.ts';

/** An archive: a file on the host, bytes from the controller, or the output of a script with its stdin. */
export interface ArchiveSource {
  readonly path: string;
  readonly bytes?: Uint8Array;
  readonly download?: { readonly script: ShellText; readonly stdin: Uint8Array };
}

/** Which members of an archive to unpack, and where. */
export interface ArchiveArg {
  readonly source: ArchiveSource;
  readonly dest: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The user's own arguments for tar or unzip, passed both when comparing and when unpacking. */
  readonly extra: readonly string[];
  /** Files that are newer here than in the archive do not count as differences. */
  readonly keepNewer: boolean;
}

/** A member, as recorded in an archive. */
export interface ArchiveMember {
  /** Its name in the destination directory; a directory's name ends in a slash. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Undefined if it was packed on a system without permission bits. */
  readonly mode: number | undefined;
  /** Undefined in a zip archive: the user who unpacks it becomes the owner. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly size: number;
  /** Seconds since 1970; a zip archive does not record the time zone. */
  readonly mtime: number | undefined;
  /** For a link, if the archive is a tar archive. */
  readonly target?: string;
}

/** The existing entry at a member's place, following links on the way. */
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

/** How a member differs: `missing`, or in tar's words. */
export interface ArchiveDifference {
  /** The member's name in the archive. */
  readonly name: string;
  readonly what: string;
}

/** The result of comparing an archive with a directory. */
export interface ArchiveState {
  /** Why it cannot be unpacked there: no directory, or something is in the way. */
  readonly obstacle: string | undefined;
  /** Why the archive cannot be read. */
  readonly failure: string | undefined;
  readonly zip: boolean;
  readonly members: readonly ArchiveMember[];
  /** The names of all members as bytes, each NUL-terminated: names need not be UTF-8. */
  readonly names: Uint8Array;
  /** In the order of the members. */
  readonly differences: readonly ArchiveDifference[];
  /** Owners, permission bits and kinds of the members that exist. */
  readonly there: readonly MemberThere[];
  /** A directory in the archive is a link here, so its content is unpacked elsewhere. */
  readonly leadsElsewhere: boolean;
  /** Names of the owners and groups that the archive lists by number, if something differs. */
  readonly users: Readonly<Record<number, string>>;
  readonly groups: Readonly<Record<number, string>>;
}
