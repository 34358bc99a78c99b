import type { ReportForm } from '../form.ts';

/** For scripts that read the output of `ansible --one-line`. */
export const oneline = {
  name: 'oneline',
  summary: 'one line per host',
  forPeople: true,
  create: async ({ stdout, chalk }) =>
    (await import('../one-line-reporter.ts')).oneLineReporter((text) => void stdout.write(text), chalk),
} as const satisfies ReportForm;
