import type { ReportForm } from '../form.ts';

/** For scripts that read the output of `ansible`. */
export const minimal = {
  name: 'minimal',
  summary: "one result per host, as Ansible's ad-hoc command prints it",
  forPeople: true,
  create: async ({ stdout, chalk }) =>
    (await import('../minimal-reporter.ts')).minimalReporter((text) => void stdout.write(text), chalk),
} as const satisfies ReportForm;
