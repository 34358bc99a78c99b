import { $, ProcessOutput, type ProcessPromise } from 'zx/core';
import { mark } from './mark.ts';
import { outside } from './outside.ts';
import { stateDir } from './paths.ts';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a command on this machine without output; a failure throws, since the lab cannot continue without it. */
export const run = (words: TemplateStringsArray, ...values: readonly Word[]): ProcessPromise =>
  $({ ...options(), nothrow: false })(words, ...values);

/** Run a command on this machine without output; the caller judges how it ended. */
export const runUnjudged = (words: TemplateStringsArray, ...values: readonly Word[]): ProcessPromise =>
  $({ ...options(), nothrow: true })(words, ...values);

/** Run a POSIX shell script on this machine, with the words as `$1`, `$2` …; it stops at the first command that fails. */
export const runScript = (script: string, words: readonly string[] = []): ProcessPromise =>
  run`sh -euc ${script} sh ${words}`;

/** The message for something thrown while the lab is working: for a failed command, its output. */
export function whyFailed(error: unknown): string {
  if (error instanceof ProcessOutput)
    return error.stderr.trim() || error.stdout.trim() || `exit code ${error.exitCode}`;
  return error instanceof Error ? error.message : String(error);
}

type Word = string | readonly string[];

// Each command is a single simple command, so that words in front of it can determine where it runs.
const options = () => ({
  quiet: true,
  verbose: false,
  prefix: `${outside().join(' ')} `,
  env: { ...process.env, LC_ALL: 'C.UTF-8', [mark]: stateDir() },
});
