import type { Readable, Writable } from 'node:stream';
import type { SessionFailure } from '../core/session.ts';

/** A process, wherever it runs, represented by its three streams. */
export interface Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process and its streams have ended, with how they ended. */
  readonly ended: Promise<Ending>;
  /** Drop the process at once, without waiting for it. */
  destroy(): void;
}

/** How a process ended: its exit code, or what happened to the connection. */
export interface Ending {
  readonly code?: number;
  readonly message: string;
}

/** The pipes of the started process, or why it was not started. */
export type Launched =
  | { readonly ok: true; readonly pipes: Pipes }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Starts a command line on a host, as the login user. */
export type Launch = (commandLine: string, signal?: AbortSignal) => Promise<Launched>;
