import { systemReason } from '../core/system-error.ts';
import { visible } from '../core/visible.ts';
import { version } from './version.ts';

/** The message for an exception that ended the program, and the exit code. An error from the operating system is not a bug. */
export function lastWords(error: unknown): { readonly text: string; readonly exitCode: number } {
  const refused = systemReason(error);
  return refused === undefined
    ? { text: visible(bugReport(error)), exitCode: 250 }
    : { text: visible(`error: ${refused}\n`), exitCode: 1 };
}

/** The message for an unexpected exception, which is a bug in Retrace and not a user error. */
function bugReport(error: unknown): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected: this is a bug in Retrace ${version} (Node ${process.version}); please report it with the command that you ran and this text:\n${shown}\n`;
}
