import type { ReportForm } from '../form.ts';
import { plainLines } from './plain.ts';

/** For scripts that read the output of `ansible-playbook`. */
export const ansible = {
  name: 'ansible',
  summary: "lines in Ansible's own words",
  forPeople: true,
  create: async (options) => (await plainLines(options, { ansible: true }))((text) => void options.stdout.write(text)),
} as const satisfies ReportForm;
