import { spawn } from 'node:child_process';
import type { Launch, Launched } from './pipes.ts';
import { pipesOfChild } from './pipes-of-child.ts';

/** Starts command lines on this machine. */
export const launchLocal =
  (env: NodeJS.ProcessEnv): Launch =>
  async (commandLine): Promise<Launched> => {
    // A session of its own: a Ctrl-C at the terminal is for us to handle, not for what runs here.
    const child = spawn('/bin/sh', ['-c', throughPipes(commandLine)], { env, detached: true, stdio: 'pipe' });
    return { ok: true, pipes: pipesOfChild(child) };
  };

// Node gives its children sockets, which cannot be opened again as /dev/stdout and /dev/stderr; what runs here shall find pipes as anywhere.
const throughPipes = (commandLine: string): string =>
  `{ { ${commandLine}; } 2>&1 >&3 3>&- | cat >&2 3>&-; } 3>&1 | cat`;
