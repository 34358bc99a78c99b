import type { Endpoint } from '../../core/session.ts';
import { addressOf } from '../address-of.ts';
import { explainOpenssh } from '../openssh/explain-openssh.ts';
import { createOpensshLauncher } from '../openssh/launcher.ts';
import { configFor } from '../ssh/target-of.ts';
import { type LoginConnection, noShell } from './connection.ts';

/** The system's ssh, for what the built-in one lacks: certificates, FIDO keys. */
export const openssh: LoginConnection = {
  kind: 'login',
  place: addressOf,
  label: noShell,
  // ssh exits with 255 if the failure is its own.
  explain: (endpoint, said, { code }) => (code === 255 ? explainOpenssh(addressOf(endpoint), said) : undefined),
  logins({ env, configOf }) {
    const launcher = createOpensshLauncher(env);
    const config = (endpoint: Endpoint) => configFor(endpoint, { config: configOf(endpoint) });
    return {
      launchAt: (endpoint) => launcher.launchAt(endpoint, config(endpoint)),
      retire: (endpoint) => launcher.retire(endpoint, config(endpoint)),
      get count() {
        return launcher.logins;
      },
      close: () => launcher.close(),
    };
  },
};
