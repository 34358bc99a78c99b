import { homedir } from 'node:os';
import { becomeMethodNamed, becomeMethodNames } from '../core/become-methods.ts';
import { connectionNamed, connectionNames } from '../core/connections.ts';
import type { Connector, Endpoint, SessionFailure } from '../core/session.ts';
import { launchLocal } from './launch-local.ts';
import { layersOf } from './layers.ts';
import { type Opened, openSession } from './open-session.ts';
import { createOpensshLauncher } from './openssh/launcher.ts';
import type { Launch } from './pipes.ts';
import type { Left } from './shell-session.ts';
import type { ConfigLine } from './ssh/config/parse-config.ts';
import { readConfig } from './ssh/config/read-config.ts';
import { createLoginPool } from './ssh/login-pool.ts';
import { configFor, targetOf } from './ssh/target-of.ts';

/** What a connector needs of the process around it. */
export interface ConnectorOptions {
  /** How many logins are made at a time; without it as many as are asked for. */
  readonly forks?: number;
  /** Where SSH_AUTH_SOCK and HOME are looked up. */
  readonly env: NodeJS.ProcessEnv;
  readonly onDebug?: (line: string) => void;
}

/** A connector that keeps one login for each host and one session for each endpoint. */
export function createConnector({ forks, env, onDebug }: ConnectorOptions): Connector {
  const sessions = new Map<string, Promise<Opened>>();
  const retired: Promise<Opened>[] = [];
  const leftRunning = new Map<string, Left>();
  const configs = new Map<string | undefined, readonly ConfigLine[]>();
  const home = env.HOME ?? homedir();
  const pool = createLoginPool({ ...(forks && { forks }), ...(onDebug && { onDebug }) });
  const openssh = createOpensshLauncher(env);
  return {
    open(endpoint, signal) {
      const failure = noWay(endpoint);
      if (failure !== undefined) return Promise.resolve({ ok: false, failure });
      const key = JSON.stringify(endpoint);
      const known = sessions.get(key);
      if (known) return known;
      const forget = (left?: Left) => {
        if (left !== undefined) leftRunning.set(key, left);
        if (sessions.get(key) === opened) sessions.delete(key);
      };
      const launch = launchAt(layersOf(endpoint).login);
      const opened = openSession(endpoint, launch, forget, signal, leftRunning.get(key));
      sessions.set(key, opened);
      void opened.then(({ ok }) => (ok ? leftRunning.delete(key) : forget()));
      return opened;
    },
    async reset(endpoint) {
      for (const [key, opened] of sessions) {
        if ((JSON.parse(key) as Endpoint).name !== endpoint.name) continue;
        sessions.delete(key);
        retired.push(opened);
      }
      const { login } = layersOf(endpoint);
      // The login of a container is its node's, which is not what is to be reset.
      if (login.name === endpoint.name) await retireLogin(login);
    },
    get logins() {
      return pool.logins + openssh.logins;
    },
    async close() {
      const all = await Promise.all([...sessions.values(), ...retired]);
      await Promise.all(all.map((opened) => opened.ok && opened.session.close()));
      pool.close();
      await openssh.close();
    },
  };

  function launchAt(login: Endpoint): Launch {
    if (login.connection === 'local') return launchLocal(env);
    if (login.connection === 'openssh')
      return openssh.launchAt(login, configFor(login, { config: configOf(login.sshConfigFile) }));
    return async (commandLine, signal) => {
      const resolved = targetOf(login, { env, home, config: configOf(login.sshConfigFile) });
      return resolved.ok ? pool.launch(resolved.target, commandLine, signal) : resolved;
    };
  }

  async function retireLogin(login: Endpoint): Promise<void> {
    const config = configOf(login.sshConfigFile);
    if (login.connection === 'openssh') await openssh.retire(login, configFor(login, { config }));
    const resolved = login.connection === 'ssh' ? targetOf(login, { env, home, config }) : undefined;
    if (resolved?.ok) pool.retire(resolved.target);
  }

  function configOf(file: string | undefined): readonly ConfigLine[] {
    const config = configs.get(file) ?? readConfig(home, file);
    configs.set(file, config);
    return config;
  }
}

/** What an inventory says is any word: a way that we do not have must not become another one. */
function noWay({ name, connection, settings = {}, via, become }: Endpoint): SessionFailure | undefined {
  if (become !== undefined && becomeMethodNamed(become.method) === undefined)
    return {
      reason: 'become',
      message: `${name}: there is no become method \`${become.method}\``,
      hint: `become_method is one of ${becomeMethodNames.join(', ')}`,
    };
  if (connectionNamed(connection) === undefined)
    return {
      reason: 'unsupported',
      message: `${name}: there is no connection \`${connection}\``,
      hint: `ansible_connection is one of ${connectionNames.join(', ')}`,
    };
  if (connection !== 'pct') return undefined;
  return via === undefined || settings.id === undefined
    ? {
        reason: 'unsupported',
        message: `${name}: the connection pct does not know which container this is`,
        hint: 'give ansible_pct_node, a host of the inventory, and ansible_pct_id',
      }
    : noWay(via);
}
