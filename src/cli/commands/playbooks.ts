import { defineCommand } from '../command.ts';
import { runOptions } from '../options.ts';
import { overview } from '../overview.ts';

/** `run PLAYBOOK`, and `ansible-playbook`. */
export const playbooks = defineCommand({
  name: '',
  usage: ['PLAYBOOK... [options]'],
  summary: 'bring hosts into the state that playbooks describe, or check whether they are in it',
  options: runOptions,
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  ansible: { name: 'ansible-playbook', usageError: 2 },
  help: async ({ face, commands }) => (face.ansible ? undefined : overview(commands)),
  run: async (line, io) => (await import('../play-command.ts')).playCommand(line, io),
});
