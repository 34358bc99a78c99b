import type { Reporter } from '../core/event.ts';

/** Every event as one line of JSON, for programs. */
export const jsonReporter =
  (write: (text: string) => void): Reporter =>
  (event) =>
    write(`${JSON.stringify(event)}\n`);
