import { defineCommand } from '../command.ts';

/** `run doc`. */
export const doc = defineCommand({
  name: 'doc',
  usage: ['[TYPE]'],
  summary: 'list the task types, or show one with its parameters and examples',
  about:
    'Lists the task types, including those in tasks/, or shows one with its parameters, return values and examples.',
  options: {
    search: {
      type: 'text',
      value: 'WORDS',
      help: 'list the task types whose name, description or parameters contain these words',
    },
    schema: { type: 'switch', help: 'print a JSON schema for playbooks, for use in editors' },
    markdown: { type: 'switch', help: 'print a page that documents all task types' },
  },
  words: { what: 'task type', least: 0, most: 1 },
  first: 'task types',
  run: async ({ options, rest: [type] }) => (await import('../doc-command.ts')).docCommand({ ...options, type }),
});
