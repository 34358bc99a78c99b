import { homedir } from 'node:os';
import { becomeMethodNamed, becomeMethodNames } from '../core/become-methods.ts';
import { connectionNamed, connectionNames } from '../core/connections.ts';
import type { Connector, Endpoint, SessionFailure } from '../core/session.ts';
import type { LoginContext, Logins } from './connections/connection.ts';
import { connectionOf, connections } from './connections/index.ts';
import { layersOf } from './layers.ts';
import { type Opened, openSession, startProgram } from './open-session.ts';
import type { OrphanedShell } from './shell-session.ts';
import type { ConfigLine } from './ssh/config/parse-config.ts';
import { readConfig } from './ssh/config/read-config.ts';

/** The environment and limits of a connector. */
export interface ConnectorOptions {
  /** The maximum number of concurrent login attempts; unlimited by default. */
  readonly forks?: number;
  /** Provides SSH_AUTH_SOCK and HOME. */
  readonly env: NodeJS.ProcessEnv;
  readonly onDebug?: (line: string) => void;
}

/** Create a connector, which keeps one login for each host and one session for each endpoint. */
export function createConnector(options: ConnectorOptions): Connector {
  const sessions = new Map<string, Promise<Opened>>();
  const retired: Promise<Opened>[] = [];
  const leftRunning = new Map<string, OrphanedShell>();
  const configs = new Map<string | undefined, readonly ConfigLine[]>();
  const home = options.env.HOME ?? homedir();
  const context: LoginContext = { ...options, home, configOf };
  const logins = new Map(
    Object.values(connections).flatMap((each) =>
      each.kind === 'login' ? [[each, each.logins(context)] as const] : [],
    ),
  );
  return {
    open(endpoint, signal) {
      const failure = noWay(endpoint);
      if (failure !== undefined) return Promise.resolve({ ok: false, failure });
      const key = JSON.stringify(endpoint);
      const known = sessions.get(key);
      if (known) return known;
      const forget = (left?: OrphanedShell) => {
        if (left !== undefined) leftRunning.set(key, left);
        if (sessions.get(key) === opened) sessions.delete(key);
      };
      const { login } = layersOf(endpoint);
      const launch = loginsOf(login).launchAt(login);
      const opened = openSession(endpoint, launch, forget, signal, leftRunning.get(key));
      sessions.set(key, opened);
      void opened.then(({ ok }) => (ok ? leftRunning.delete(key) : forget()));
      return opened;
    },
    async start(endpoint, script, signal) {
      const failure = noWay(endpoint);
      if (failure !== undefined) return { ok: false, failure };
      const { login } = layersOf(endpoint);
      return startProgram(endpoint, loginsOf(login).launchAt(login), script, signal);
    },
    async reset(endpoint) {
      for (const [key, opened] of sessions) {
        if ((JSON.parse(key) as Endpoint).name !== endpoint.name) continue;
        sessions.delete(key);
        retired.push(opened);
      }
      const { login } = layersOf(endpoint);
      // A container's login is that of its node, which must not be reset.
      if (login.name === endpoint.name) await loginsOf(login).retire(login);
    },
    get logins() {
      return [...logins.values()].reduce((sum, { count }) => sum + count, 0);
    },
    async close() {
      const all = await Promise.all([...sessions.values(), ...retired]);
      await Promise.all(all.map((opened) => opened.ok && opened.session.close()));
      for (const each of logins.values()) await each.close();
    },
  };

  function loginsOf({ name, connection }: Endpoint): Logins {
    const way = connectionOf(connection);
    const found = way.kind === 'login' ? logins.get(way) : undefined;
    if (found === undefined) throw new Error(`${name}: there is no connection type ${connection}`);
    return found;
  }

  function configOf({ sshConfigFile: file }: Endpoint): readonly ConfigLine[] {
    const config = configs.get(file) ?? readConfig(home, file);
    configs.set(file, config);
    return config;
  }
}

/** An inventory may name anything: an unknown connection must not silently become another one. */
function noWay(endpoint: Endpoint): SessionFailure | undefined {
  const { name, connection, become } = endpoint;
  if (become !== undefined && becomeMethodNamed(become.method) === undefined)
    return {
      reason: 'become',
      message: `${name}: there is no become method \`${become.method}\``,
      hint: `become_method must be one of ${becomeMethodNames.join(', ')}`,
    };
  if (connectionNamed(connection) === undefined)
    return {
      reason: 'unsupported',
      message: `${name}: unknown connection type \`${connection}\``,
      hint: `ansible_connection must be one of ${connectionNames.join(', ')}`,
    };
  const way = connectionOf(connection);
  if (way.kind === 'login') return undefined;
  return way.lacks(endpoint) ?? noWay(way.enter(endpoint).from);
}
