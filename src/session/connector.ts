import type { Connector, Endpoint } from '../core/session.ts';
import { launchLocal } from './launch-local.ts';
import { layersOf } from './layers.ts';
import { type Opened, openSession } from './open-session.ts';
import type { Launch } from './pipes.ts';

/** What a connector needs of the process around it. */
export interface ConnectorOptions {
  /** How many logins are made at a time; without it as many as are asked for. */
  readonly forks?: number;
  /** Where SSH_AUTH_SOCK and HOME are looked up. */
  readonly env: NodeJS.ProcessEnv;
  readonly onDebug?: (line: string) => void;
}

/** A connector that keeps one login for each host and one session for each endpoint. */
export function createConnector(options: ConnectorOptions): Connector {
  const sessions = new Map<string, Promise<Opened>>();
  const launches: Record<'local', (login: Endpoint) => Launch> = {
    local: () => launchLocal(options.env),
  };
  return {
    open(endpoint, signal) {
      const key = JSON.stringify(endpoint);
      const known = sessions.get(key);
      if (known) return known;
      const launch = launches[layersOf(endpoint).login.connection as 'local'](endpoint);
      const forget = () => sessions.delete(key);
      const opened = openSession(endpoint, launch, forget, signal);
      sessions.set(key, opened);
      void opened.then(({ ok }) => ok || forget());
      return opened;
    },
    logins: 0,
    async close() {
      for (const opened of await Promise.all(sessions.values())) if (opened.ok) await opened.session.close();
    },
  };
}
