import type { Endpoint, SessionFailure } from '../../core/session.ts';
import type { Ending, Launch } from '../pipes.ts';
import type { ConfigLine } from '../ssh/config/parse-config.ts';

/** One way to reach a shell: how to connect, how to name the destination, and how to explain a failure. */
export type Connection = LoginConnection | EnteredConnection;

/** A connection that starts command lines by itself. */
export interface LoginConnection extends Described {
  readonly kind: 'login';
  /** Create the set of its logins for one run, initially empty. */
  readonly logins: (context: LoginContext) => Logins;
}

/** A connection that enters this host from another host's shell. */
export interface EnteredConnection extends Described {
  readonly kind: 'entered';
  /** Reports missing settings in the inventory; if there are any, no attempt is made. */
  readonly lacks: (endpoint: Endpoint) => SessionFailure | undefined;
  /** The host to enter it from, and the command line there that runs another one inside this host. */
  readonly enter: (endpoint: Endpoint) => { readonly from: Endpoint; readonly wrap: (commandLine: string) => string };
}

interface Described {
  /** How messages name the host. */
  readonly place: (endpoint: Endpoint) => string;
  /** Names the attempt, for failures that nothing else explains. */
  readonly label: (endpoint: Endpoint) => string;
  /** Explains failures that certainly come from this connection, whatever layers are inside it. */
  readonly explain?: (endpoint: Endpoint, said: string, ending: Ending) => SessionFailure | undefined;
}

/** The environment for logins. */
export interface LoginContext {
  /** The maximum number of concurrent login attempts; unlimited by default. */
  readonly forks?: number;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly onDebug?: (line: string) => void;
  /** The lines of the ssh configuration that an endpoint uses. */
  readonly configOf: (endpoint: Endpoint) => readonly ConfigLine[];
}

/** Logins by endpoint, each shared by everything that runs there. */
export interface Logins {
  launchAt(endpoint: Endpoint): Launch;
  /** Let what is running on an endpoint's login finish, but start nothing more on it. */
  retire(endpoint: Endpoint): Promise<void>;
  /** Number of logins so far. */
  readonly count: number;
  close(): Promise<void>;
}

/** The message if a login succeeded, or none was needed, but no shell started. */
export const noShell = (): string => 'no shell after the login';
