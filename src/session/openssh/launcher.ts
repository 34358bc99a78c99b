import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint, SessionFailure } from '../../core/session.ts';
import type { Launch, Launched, Pipes } from '../pipes.ts';
import { pipesOfChild } from '../pipes-of-child.ts';
import type { ConfigValues } from '../ssh/config/resolve-config.ts';
import { sshArguments } from './ssh-arguments.ts';

/** Starts commands with the system's ssh, using one login per host. */
interface OpensshLauncher {
  launchAt(endpoint: Endpoint, config: ConfigValues): Launch;
  /** Let what is running on a target's login finish, but start nothing more on it. */
  retire(endpoint: Endpoint, config: ConfigValues): Promise<void>;
  readonly logins: number;
  close(): Promise<void>;
}

/** Create a launcher whose logins are shared by all sessions on a target. */
export function createOpensshLauncher(env: NodeJS.ProcessEnv): OpensshLauncher {
  const masters = new Map<string, Master>();
  let folder: string | undefined;
  let logins = 0;
  return {
    launchAt: (endpoint, config) => (commandLine) => launch(endpoint, config, commandLine),
    async retire(endpoint, config) {
      const words = folder && sshArguments(endpoint, config, folder);
      if (words && masters.delete(words.join('\0'))) await tellMaster('stop', words);
    },
    get logins() {
      return logins;
    },
    async close() {
      await Promise.all([...masters.values()].map(({ words }) => tellMaster('exit', words)));
      masters.clear();
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
    await master?.ready;
    const pipes = pipesOfChild(spawn('ssh', [...words, commandLine], { env, detached: true, stdio: 'pipe' }));
    if (!master) {
      logins++;
      masters.set(key, { words, ready: untilItSpeaks(pipes) });
    }
    // 255: the connection itself ended, or never existed.
    void pipes.ended.then(({ code }) => code === 255 && masters.delete(key));
    return { ok: true, pipes };
  }

  function tellMaster(what: 'stop' | 'exit', words: readonly string[]): Promise<unknown> {
    const child = spawn('ssh', ['-O', what, ...words], { env, stdio: 'ignore' });
    return new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  }
}

/** The ssh process whose connection the others share, and its arguments. */
interface Master {
  readonly words: readonly string[];
  readonly ready: Promise<unknown>;
}

const untilItSpeaks = ({ stdout, ended }: Pipes): Promise<unknown> =>
  Promise.race([new Promise((resolve) => stdout.once('data', resolve)), ended]);

const noPassword = ({ name }: Endpoint): SessionFailure => ({
  reason: 'unsupported',
  message: `${name}: the system’s ssh cannot be given a password`,
  hint: 'use a key, or ansible_connection: ssh',
});
