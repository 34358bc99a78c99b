import type { Endpoint, SessionFailure } from '../../core/session.ts';
import type { Ending, Launch } from '../pipes.ts';
import type { ConfigLine } from '../ssh/config/parse-config.ts';

/** One way to a shell: how it gets there, and how it says where it went and why it did not arrive. */
export type Connection = LoginConnection | EnteredConnection;

/** A way that starts command lines by itself. */
export interface LoginConnection extends Described {
  readonly kind: 'login';
  /** Its logins for one run, with nobody logged in yet. */
  readonly logins: (context: LoginContext) => Logins;
}

/** A way from another host's shell into this host. */
export interface EnteredConnection extends Described {
  readonly kind: 'entered';
  /** What the inventory does not tell; with that nothing is tried. */
  readonly lacks: (endpoint: Endpoint) => SessionFailure | undefined;
  /** Where it is entered from, and the command line there that runs another one here. */
  readonly enter: (endpoint: Endpoint) => { readonly from: Endpoint; readonly wrap: (commandLine: string) => string };
}

interface Described {
  /** The host as messages name it. */
  readonly place: (endpoint: Endpoint) => string;
  /** What was tried, for messages about what nobody else explains. */
  readonly label: (endpoint: Endpoint) => string;
  /** The failures that are surely of this way, whatever lies further in. */
  readonly explain?: (endpoint: Endpoint, said: string, ending: Ending) => SessionFailure | undefined;
}

/** What logins need of the process around them. */
export interface LoginContext {
  /** How many logins are made at a time; without it as many as are asked for. */
  readonly forks?: number;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly onDebug?: (line: string) => void;
  /** The lines of the ssh configuration that an endpoint names. */
  readonly configOf: (endpoint: Endpoint) => readonly ConfigLine[];
}

/** Logins by endpoint, each shared by all that runs there. */
export interface Logins {
  launchAt(endpoint: Endpoint): Launch;
  /** Lets an endpoint's login go on with what it carries, and nothing more. */
  retire(endpoint: Endpoint): Promise<void>;
  /** How many were made so far. */
  readonly count: number;
  close(): Promise<void>;
}

/** Said where a login succeeded, or needed none, and no shell came. */
export const noShell = (): string => 'no shell after the login';
