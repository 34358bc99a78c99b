import type { Settings } from './connections.ts';

/** One thing for a host's shell to do: a POSIX sh script with its own stdin, stdout, stderr and exit code. */
export interface Part {
  readonly script: string;
  /** Told instead of the script, where that is nobody's business (`no_log`). */
  readonly shown?: string;
  /** What the script reads; without it stdin is empty. Content travels here, never in the script. */
  readonly stdin?: Uint8Array;
  /** Skipped when the part before it failed or was skipped: the commands of one change stop at the first failure. */
  readonly needsPrevious?: boolean;
  /** Killed, with all it started, after so many milliseconds; its reply then has `timedOut`. */
  readonly deadlineMs?: number;
  /** Its output is a file's content, or a whole tree: much of it is nothing strange. */
  readonly large?: boolean;
  /** Told when its reply has arrived whole. */
  readonly onReply?: () => void;
  /** Told stdout and stderr as they come, for work that takes long. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
}

/** What one part said. Output is bytes, exactly as the script wrote them. */
export interface Reply {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly skipped?: boolean;
  readonly timedOut?: boolean;
}

/** What is known of a session from its first answer on. */
export interface Greeting {
  readonly user: string;
  readonly uid: number;
  readonly home: string;
}

/** Why there is no session, or no longer one. */
export interface SessionFailure {
  readonly reason:
    | 'unreachable' // no route, refused, timed out, name not found
    | 'authentication' // the server did not take any of our keys or the password
    | 'host-key-unknown'
    | 'host-key-changed'
    | 'become' // sudo, su or doas said no
    | 'lost' // the connection ended while we used it
    | 'late' // no answer in the time that the task has
    | 'interrupted' // we ended it, as somebody asked for
    | 'unsupported'; // this way to a shell lacks something; the message says which other has it
  /** One sentence; names host and port, and what the other side said. */
  readonly message: string;
  /** The way out, as the command that accepts a host key. */
  readonly hint?: string;
  /** For `lost`: replies that had arrived whole before the end. */
  readonly replies?: readonly Reply[];
}

/** What came of one exchange with a session: a reply to each script, or why there is none. */
export type Exchanged =
  | { readonly ok: true; readonly replies: readonly Reply[] }
  | { readonly ok: false; readonly failure: SessionFailure };

/**
 * A running `/bin/sh` on a host, as one user. All ways to a shell (ssh, openssh, local, pct, become) are this.
 * Exchanges are answered in the order they are given; each is one round trip whatever the number of parts.
 */
export interface Session {
  readonly greeting: Greeting;
  exchange(parts: readonly Part[], signal?: AbortSignal): Promise<Exchanged>;
  /** Bytes and exchanges so far: what tests count. */
  readonly traffic: { readonly exchanges: number; readonly bytesSent: number; readonly bytesReceived: number };
  close(): Promise<void>;
}

/** How to get a shell: what an inventory and the command line say of one host and user. Times are milliseconds. */
export interface Endpoint {
  readonly name: string; // the inventory's name, for messages
  /** One of CONNECTIONS; what an inventory calls so otherwise stays as it is, and opening says that there is none. */
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
  /** What only this way needs to be told. */
  readonly settings?: Settings;
  /** The way to the host of the inventory through which this one is reached. */
  readonly via?: Endpoint;
  readonly become?: Become;
  readonly shell?: string; // default /bin/sh
}

/** Becoming another user on the same connection. The password goes in once, on stdin. */
export interface Become {
  /** One of BECOME_METHODS, or what an inventory calls so, as with connections. */
  readonly method: string;
  readonly user: string;
  readonly password?: string;
  readonly flags?: string;
  readonly exe?: string;
}

/** Opens sessions and keeps connections: two sessions on one host share one login. */
export interface Connector {
  open(
    endpoint: Endpoint,
    signal?: AbortSignal,
  ): Promise<{ ok: true; session: Session } | { ok: false; failure: SessionFailure }>;
  /** Forgets the sessions of an endpoint's host, and its login: the next session logs in anew; what is going on ends in its own time. */
  reset(endpoint: Endpoint): Promise<void>;
  /** Logins made so far (tests count them). */
  readonly logins: number;
  close(): Promise<void>;
}
