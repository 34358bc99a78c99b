import type { Writable } from 'node:stream';
import type { Settings } from './connections.ts';
import type { Bytes } from './local-content.ts';

/** One script for a host's shell: POSIX sh, with its own stdin, stdout, stderr and exit code. */
export interface Part {
  readonly script: string;
  /** Shown instead of the script if that is confidential (`no_log`). */
  readonly shown?: string;
  /** The script's stdin; empty by default. Content travels here, never in the script. */
  readonly stdin?: Bytes;
  /**
   * A link of the exchange's chain, which ends at its first failure: the rest of it is skipped. Parts in between that do
   * not belong to it run in any case, and their exit codes do not count.
   */
  readonly chained?: boolean;
  /** Killed with all its child processes after this many milliseconds; its reply then has `timedOut`. */
  readonly deadlineMs?: number;
  /** Its output is a file's content or a whole tree, so a large output is expected. */
  readonly large?: boolean;
  /**
   * Locks the machine instead, for as long as this shell lives. Its reply's code is 0 if that run holds the lock from now on,
   * 1 if another one does, whose line is told (nothing else of the exchange has been run then), 2 if nothing can be locked there.
   */
  readonly lock?: MachineLock;
  /** Called when its reply has arrived completely. */
  readonly onReply?: (reply: Reply) => void;
  /** Called with stdout and stderr as they arrive, for long-running work. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
}

/** Who locks a machine, for others to read. */
export interface MachineLock {
  /** The run, in one word: its sessions share the lock. */
  readonly run: string;
  /** One line: since when, who, and for what. */
  readonly line: string;
}

/** The reply to one part. Output is bytes, exactly as the script wrote them. */
export interface Reply {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly skipped?: boolean;
  readonly timedOut?: boolean;
  /** There is no reply: the host's answers are in a file, and this was not asked there. */
  readonly unasked?: boolean;
}

/** Information about a session from its first reply. */
export interface Greeting {
  readonly user: string;
  readonly uid: number;
  readonly home: string;
}

/** Why there is no session, or why it ended. */
export interface SessionFailure {
  readonly reason:
    | 'unreachable' // no route, refused, timed out, name not found
    | 'authentication' // the server accepted neither our keys nor the password
    | 'host-key-unknown'
    | 'host-key-changed'
    | 'become' // sudo, su or doas refused
    | 'lost' // the connection ended while in use
    | 'late' // no answer within the task's timeout
    | 'interrupted' // we ended it because the user asked for it
    | 'unasked' // nothing is sent: the host's answers are in a file, and this was not asked there
    | 'locked' // another run is changing the host
    | 'unplanned' // nothing was sent: these are not the next commands of the plan that is applied
    | 'unsupported'; // this connection lacks a feature; the message says which one has it
  /** One sentence; contains the host, the port and the other side's message. */
  readonly message: string;
  /** How to solve it, such as the command that accepts a host key. */
  readonly hint?: string;
  /** For `lost`: replies that had arrived completely before the connection ended. */
  readonly replies?: readonly Reply[];
}

/** The result of one exchange with a session: a reply to each script, or why there is none. */
export type Exchanged =
  | { readonly ok: true; readonly replies: readonly Reply[] }
  | { readonly ok: false; readonly failure: SessionFailure };

/**
 * A running `/bin/sh` on a host, as one user. Every connection (ssh, openssh, local, pct, become) provides one.
 * Exchanges are answered in the order in which they are sent; each takes one round trip, no matter how many parts it
 * has.
 */
export interface Session {
  readonly greeting: Greeting;
  /** The program with which its user was become, and its flags; undefined if that user logged in. */
  readonly by?: string | undefined;
  exchange(parts: readonly Part[], signal?: AbortSignal): Promise<Exchanged>;
  /** Bytes and exchanges so far, for tests to count. */
  readonly traffic: { readonly exchanges: number; readonly bytesSent: number; readonly bytesReceived: number };
  close(): Promise<void>;
}

/**
 * How to get a shell: what the inventory and the command line say about one host and user. Times are in milliseconds.
 */
export interface Endpoint {
  readonly name: string; // name in the inventory, for messages
  /**
   * One of CONNECTIONS. An unknown name from an inventory is kept; opening it reports that no such connection exists.
   */
  readonly connection: string;
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly knownHostsFiles?: readonly string[];
  readonly hostKeyChecking?: boolean;
  readonly sshConfigFile?: string;
  readonly connectTimeoutMs?: number;
  /** Settings that only this connection uses. */
  readonly settings?: Settings;
  /** The endpoint of the inventory host through which this one is reached. */
  readonly via?: Endpoint;
  readonly become?: Become;
  readonly shell?: string; // default: /bin/sh
  /** The directory in which a shell on this machine starts; by default, this program's own. */
  readonly directory?: string;
}

/** Whether two endpoints lead to the same machine as far as they tell, under whatever names and as whichever users. */
export function isSameMachine(one: Endpoint, other: Endpoint): boolean {
  if (one.connection !== other.connection) return false;
  if (one.connection === 'local') return true;
  // Every change compares its host with all others, so what differs most often comes first.
  if (one.address !== other.address || one.port !== other.port) return false;
  const { via } = one;
  const isSameWay = via === undefined || other.via === undefined ? via === other.via : isSameMachine(via, other.via);
  return isSameWay && JSON.stringify(one.settings ?? {}) === JSON.stringify(other.settings ?? {});
}

/** Becoming another user on the same connection. The password is sent once, on stdin. */
export interface Become {
  /** One of BECOME_METHODS, or an unknown name from an inventory, handled as for connections. */
  readonly method: string;
  readonly user: string;
  readonly password?: string;
  readonly flags?: string;
  readonly exe?: string;
}

/** A program that runs on a host, or why there is none. */
export type StartedProgram =
  | {
      readonly ok: true;
      readonly stdin: Writable;
      /** Calls this with what it writes, from now on. */
      readonly listen: (sink: (stream: 'stdout' | 'stderr', chunk: Buffer) => void) => void;
      /** Resolves when it has ended, with how: its exit code, or what happened to the connection. */
      readonly ended: Promise<{ readonly code?: number; readonly message: string }>;
      readonly destroy: () => void;
    }
  | { readonly ok: false; readonly failure: SessionFailure };

/** Opens sessions and keeps connections: two sessions on the same host share one login. */
export interface Connector {
  open(
    endpoint: Endpoint,
    signal?: AbortSignal,
  ): Promise<{ ok: true; session: Session } | { ok: false; failure: SessionFailure }>;
  /**
   * Start a script in a shell of its own, whose streams are the caller's from then on: for programs that people talk to. It
   * shares the endpoint's login.
   */
  start(endpoint: Endpoint, script: string, signal?: AbortSignal): Promise<StartedProgram>;
  /**
   * Forget the sessions and the login of an endpoint's host: the next session logs in again. Exchanges in progress are
   * not cut short.
   */
  reset(endpoint: Endpoint): Promise<void>;
  /** Number of logins so far, for tests. */
  readonly logins: number;
  close(): Promise<void>;
}
