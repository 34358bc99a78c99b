import type { Readable, Writable } from 'node:stream';
import type { SessionFailure } from '../core/session.ts';

/** A process that runs somewhere, by its three streams. */
export interface Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Fulfilled when the process and its streams have ended, with how. */
  readonly ended: Promise<Ending>;
  /** Lets go of the process at once, without waiting for it. */
  destroy(): void;
}

/** How a process ended: its exit code, or what became of the connection to it. */
export interface Ending {
  readonly code?: number;
  readonly message: string;
}

/** The pipes of what was started, or why nothing was. */
export type Launched =
  | { readonly ok: true; readonly pipes: Pipes }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Starts a command line on a host, as the user who logged in there. */
export type Launch = (commandLine: string, signal?: AbortSignal) => Promise<Launched>;
