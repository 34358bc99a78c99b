import { $, ProcessOutput, type ProcessPromise } from 'zx/core';
import { mark } from './mark.ts';
import { outside } from './outside.ts';
import { stateDir } from './paths.ts';

/** What a command ended with. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a command of this machine, quietly; a failure is an exception, since the lab cannot go on without it. */
export const run = (words: TemplateStringsArray, ...values: readonly Word[]): ProcessPromise =>
  $({ ...options(), nothrow: false })(words, ...values);

/** Run a command of this machine, quietly; how it ended is for the caller to judge. */
export const runUnjudged = (words: TemplateStringsArray, ...values: readonly Word[]): ProcessPromise =>
  $({ ...options(), nothrow: true })(words, ...values);

/** Run a POSIX shell script on this machine, with its words as `$1`, `$2` …; the first command that fails ends it. */
export const runScript = (script: string, words: readonly string[] = []): ProcessPromise =>
  run`sh -euc ${script} sh ${words}`;

/** What is told of something thrown while the lab is at work: of a command that failed, what it said. */
export function whyFailed(error: unknown): string {
  if (error instanceof ProcessOutput)
    return error.stderr.trim() || error.stdout.trim() || `exit code ${error.exitCode}`;
  return error instanceof Error ? error.message : String(error);
}

type Word = string | readonly string[];

// Each command is one simple command, so that words before it can say where it runs.
const options = () => ({
  quiet: true,
  verbose: false,
  prefix: `${outside().join(' ')} `,
  env: { ...process.env, LC_ALL: 'C.UTF-8', [mark]: stateDir() },
});
