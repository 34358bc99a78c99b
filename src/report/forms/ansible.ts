import type { ReportForm } from '../form.ts';
import { mergedIncludes } from '../merged-includes.ts';
import { plainLines } from './plain.ts';

/** Ansible's lines for each event. */
export const ansibleLines = {
  name: 'ansible',
  summary: "lines in Ansible's own words",
  forPeople: true,
  create: async (options) => (await plainLines(options, { ansible: true }))((text) => void options.stdout.write(text)),
} as const satisfies ReportForm;

/** For scripts that read the output of `ansible-playbook`. */
export const ansible = {
  ...ansibleLines,
  create: async (options) => mergedIncludes(await ansibleLines.create(options), options.cwd),
} as const satisfies ReportForm;
