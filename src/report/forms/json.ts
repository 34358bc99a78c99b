import type { Reporter } from '../../core/event.ts';
import type { ReportForm } from '../form.ts';

/** Every event as one line of JSON. */
export const jsonReporter =
  (write: (text: string) => void): Reporter =>
  (event) =>
    write(`${JSON.stringify(event)}\n`);

/** For programs. */
export const json = {
  name: 'json',
  summary: 'one line of JSON per event, for programs',
  forPeople: false,
  create: async ({ stdout }) => jsonReporter((text) => void stdout.write(text)),
} as const satisfies ReportForm;
