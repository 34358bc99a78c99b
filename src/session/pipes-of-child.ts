import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Ending, Pipes } from './pipes.ts';

/** The streams of a local process that leads its own process group, and how it ended. */
export function pipesOfChild(child: ChildProcessWithoutNullStreams): Pipes {
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ message: error.message }));
    child.once('close', (code, signal) => resolve(code === null ? { message: `killed by ${signal}` } : exited(code)));
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, destroy: () => destroyChild(child) };
}

const exited = (code: number): Ending => ({ code, message: `the shell ended with exit code ${code}` });

function destroyChild(child: ChildProcessWithoutNullStreams): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // The process has just ended by itself.
  }
}
