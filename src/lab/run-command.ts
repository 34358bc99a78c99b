import { $, ProcessOutput } from 'zx/core';

/** What a command on this machine ended with. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a command of this machine, quietly; a failure is an exception, since the lab cannot go on without it. */
export const run = $({ quiet: true, verbose: false });

/** Run a command of this machine, quietly; how it ended is for the caller to judge. */
export const attempt = $({ quiet: true, verbose: false, nothrow: true });

/** Whether something thrown is a command of `run` that failed. */
export const isFailedCommand = (error: unknown): error is ProcessOutput => error instanceof ProcessOutput;

/** Run a POSIX shell script on this machine, with its words as `$1`, `$2` …; the first command that fails ends it. */
export const shell = (script: string, words: readonly string[] = []) => run`sh -euc ${script} sh ${words}`;
