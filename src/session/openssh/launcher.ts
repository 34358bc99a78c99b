import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../core/session.ts';
import type { Launch, Launched } from '../pipes.ts';
import { pipesOfChild } from '../pipes-of-child.ts';
import type { ConfigValues } from '../ssh/config/resolve-config.ts';
import { sshArguments } from './ssh-arguments.ts';

/** Starts commands by the system's ssh, with one login for each host. */
export interface OpensshLauncher {
  launchAt(endpoint: Endpoint, config: ConfigValues): Launch;
  readonly logins: number;
  close(): void;
}

export function createOpensshLauncher(env: NodeJS.ProcessEnv): OpensshLauncher {
  // By its arguments, the ssh whose connection the others share.
  const masters = new Map<string, Promise<unknown>>();
  let folder: string | undefined;
  let logins = 0;
  return {
    launchAt: (endpoint, config) => (commandLine) => launch(endpoint, config, commandLine),
    get logins() {
      return logins;
    },
    close() {
      if (folder) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };

  async function launch(endpoint: Endpoint, config: ConfigValues, commandLine: string): Promise<Launched> {
    if (endpoint.password !== undefined) return { ok: false, failure: noPassword(endpoint) };
    folder ??= mkdtempSync(join(tmpdir(), 'retrace-ssh-'));
    const words = sshArguments(endpoint, config, folder);
    const key = words.join('\0');
    const master = masters.get(key);
    // The connection can be shared once its shell has said something.
    await master;
    if (!master) logins++;
    const child = spawn('ssh', [...words, commandLine], { env, detached: true, stdio: 'pipe' });
    const pipes = pipesOfChild(child);
    if (!master) {
      const spoke = new Promise((resolve) => child.stdout.once('data', resolve));
      masters.set(key, Promise.race([spoke, pipes.ended]));
      void pipes.ended.then(() => masters.delete(key));
    }
    return { ok: true, pipes };
  }
}

const noPassword = ({ name }: Endpoint) => ({
  reason: 'unsupported' as const,
  message: `${name}: the system’s ssh takes no password from us`,
  hint: 'use a key, or ansible_connection: ssh',
});
