import { addressOf } from '../address-of.ts';
import { createLoginPool } from '../ssh/login-pool.ts';
import { targetOf } from '../ssh/target-of.ts';
import { type LoginConnection, noShell } from './connection.ts';

/** The built-in ssh: one login per host, with the keys, agent and known hosts from the ssh configuration. */
export const ssh: LoginConnection = {
  kind: 'login',
  place: addressOf,
  label: noShell,
  logins({ forks, env, home, onDebug, configOf }) {
    const pool = createLoginPool({ ...(forks && { forks }), ...(onDebug && { onDebug }) });
    const resolve = (endpoint: Parameters<typeof addressOf>[0]) =>
      targetOf(endpoint, { env, home, config: configOf(endpoint) });
    return {
      launchAt: (endpoint) => async (commandLine, signal) => {
        const resolved = resolve(endpoint);
        return resolved.ok ? pool.launch(resolved.target, commandLine, signal) : resolved;
      },
      async retire(endpoint) {
        const resolved = resolve(endpoint);
        if (resolved.ok) pool.retire(resolved.target);
      },
      get count() {
        return pool.logins;
      },
      close: async () => pool.close(),
    };
  },
};
