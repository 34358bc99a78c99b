import { defineCommand } from '../command.ts';

/** `run lint`. */
export const lint = defineCommand({
  name: 'lint',
  usage: ['PLAYBOOK...'],
  summary: 'find code that works now but causes trouble later',
  about: `Reports code that works now but causes trouble later, in playbooks and in the roles and files that they include. Connects to no host.
Exit codes: 0 nothing found, 1 a playbook does not load, 2 something found.`,
  options: {},
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async ({ rest }, io) => (await import('../lint-command.ts')).lintCommand(rest, io),
});
