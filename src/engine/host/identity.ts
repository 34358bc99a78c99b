import type { Endpoint } from '../../core/session.ts';

/** The user and environment for questions and commands on a host. */
export interface Identity {
  readonly endpoint: Endpoint;
  readonly environment: Readonly<Record<string, string>>;
  /** Identities with the same key see the same. */
  readonly key: string;
}
