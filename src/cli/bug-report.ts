import { systemReason } from '../core/system-error.ts';
import { visible } from '../core/visible.ts';
import { version } from './version.ts';

/** What to say of an exception that ended the program, and its exit code. What the system refused is no bug. */
export function lastWords(error: unknown): { readonly text: string; readonly exitCode: number } {
  const refused = systemReason(error);
  return refused === undefined
    ? { text: visible(bugReport(error)), exitCode: 250 }
    : { text: visible(`error: ${refused}\n`), exitCode: 1 };
}

/** What to say of an exception that nobody foresaw: it is a bug of ours, not a mistake of the user's. */
function bugReport(error: unknown): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected: this is a bug in Retrace ${version} (Node ${process.version}); please report it with what you ran and this text:\n${shown}\n`;
}
