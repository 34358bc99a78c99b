import { sh } from '../../core/command.ts';
import type { Parts } from '../../core/facts/parts.ts';
import type { Unmanaged } from '../unmanaged/thing.ts';

/** Something that is wrong on a host, whatever its playbooks say. */
export interface LintFinding {
  /** The path, unit, package or other thing that it is about: the same in each audit. */
  readonly subject: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Something that a lint could not look at. */
export interface Unread {
  readonly subject: string;
  readonly unknown: string;
}

/** What a lint knows besides what the host said. */
export interface LintContext {
  readonly now: Date;
  /** When somebody looks again. */
  readonly nextAudit: Date;
  /** Whether a task of the playbooks manages a thing on this host. */
  readonly isManaged: (thing: Pick<Unmanaged, 'subjects' | 'mention'>) => boolean;
}

/** A kind of thing that can be wrong. */
export interface Lint {
  /** Its ID. */
  readonly name: string;
  /** What it finds, as a heading. */
  readonly title: string;
  /** Which of the questions it needs the answer to. */
  readonly from: string;
  /** Makes findings of what the host said. */
  readonly find: (parts: Parts, context: LintContext) => readonly (LintFinding | Unread)[];
}

/** Begins a script. A script exits with 127 where there is nothing to look at, and ends with the part `end`. */
export const begin = sh`LC_ALL=C; TZ=UTC; export LC_ALL TZ; part() { printf '\036%s\n' "$1"; }
`;

/** A time in seconds since the epoch, as people read it. */
export const utc = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
