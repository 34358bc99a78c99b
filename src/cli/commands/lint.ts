import { defineCommand } from '../command.ts';

/** `run lint`. */
export const lint = defineCommand({
  name: 'lint',
  usage: ['PLAYBOOK...'],
  summary: 'mistakes that bite later',
  about: `Reports what works and bites later: in playbooks, and in the roles and files that they bring in. No host is touched.
Exit codes: 0 nothing found, 1 a playbook does not load, 2 something found.`,
  options: {},
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async ({ rest }, io) => (await import('../lint-command.ts')).lintCommand(rest, io),
});
