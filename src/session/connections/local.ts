import { spawn } from 'node:child_process';
import type { Launch, Launched } from '../pipes.ts';
import { pipesOfChild } from '../pipes-of-child.ts';
import { throughPipes } from '../through-pipes.ts';
import { type LoginConnection, noShell } from './connection.ts';

/** This machine, as the user running this program. */
export const local: LoginConnection = {
  kind: 'login',
  place: ({ name }) => name,
  label: noShell,
  logins: ({ env }) => ({
    launchAt: ({ directory }) => launchLocal(env, directory),
    retire: async () => {},
    count: 0,
    close: async () => {},
  }),
};

/** Starts command lines on this machine. */
export const launchLocal =
  (env: NodeJS.ProcessEnv, directory?: string): Launch =>
  async (commandLine): Promise<Launched> => {
    // In its own process session: we handle a Ctrl-C at the terminal, not the processes started here.
    const child = spawn('/bin/sh', ['-c', throughPipes(commandLine)], {
      cwd: directory,
      env,
      detached: true,
      stdio: 'pipe',
    });
    return { ok: true, pipes: pipesOfChild(child) };
  };
