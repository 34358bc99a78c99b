import { defineCommand } from '../command.ts';

/** `run doc`. */
export const doc = defineCommand({
  name: 'doc',
  usage: ['[TYPE]'],
  summary: 'the task types, or one with its parameters and examples',
  about:
    'Prints the task types, or one with its parameters, what it returns, and examples. Types in tasks/ are among them.',
  options: {
    schema: { type: 'switch', help: 'print a JSON schema of playbooks, for editors' },
    markdown: { type: 'switch', help: 'print the page of all task types' },
  },
  words: { what: 'task type', least: 0, most: 1 },
  first: 'task types',
  run: async ({ options, rest: [type] }) => (await import('../doc-command.ts')).docCommand({ ...options, type }),
});
