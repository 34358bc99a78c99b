import type { Endpoint } from '../../core/session.ts';

/** As whom, and with which environment, something is asked or done on a host. */
export interface Identity {
  readonly endpoint: Endpoint;
  readonly environment: Readonly<Record<string, string>>;
  /** Two identities with one key see the same. */
  readonly key: string;
}
