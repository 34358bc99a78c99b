import { spawn } from 'node:child_process';
import type { Launch, Launched } from './pipes.ts';
import { pipesOfChild } from './pipes-of-child.ts';
import { throughPipes } from './through-pipes.ts';

/** Starts command lines on this machine. */
export const launchLocal =
  (env: NodeJS.ProcessEnv): Launch =>
  async (commandLine): Promise<Launched> => {
    // A session of its own: a Ctrl-C at the terminal is for us to handle, not for what runs here.
    const child = spawn('/bin/sh', ['-c', throughPipes(commandLine)], { env, detached: true, stdio: 'pipe' });
    return { ok: true, pipes: pipesOfChild(child) };
  };
