import { version } from './version.ts';

/** What to say of an exception that nobody foresaw: it is a bug of ours, not a mistake of the user's. */
export function bugReport(error: unknown): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `unexpected: this is a bug in Retrace ${version} (Node ${process.version}); please report it with what you ran and this text:\n${shown}\n`;
}
