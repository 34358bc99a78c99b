import type { ReportForm } from '../form.ts';

/** For CI servers. People read it there, so it counts as output for people. */
export const junit = {
  name: 'junit',
  summary: 'JUnit XML at the end of the run, for CI servers; in a check, drift counts as a failure',
  forPeople: true,
  create: async ({ stdout, verbosity, formatDiagnostic }) =>
    (await import('../junit-reporter.ts')).junitReporter({
      write: (text) => void stdout.write(text),
      verbosity,
      formatDiagnostic,
    }),
} as const satisfies ReportForm;
