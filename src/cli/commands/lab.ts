import { defineCommand } from '../command.ts';

/** `run lab`. */
export const lab = defineCommand({
  name: 'lab',
  usage: ['up|status|reset|ssh|exec|do|down'],
  summary: 'start and manage real hosts on this machine, for trying out playbooks',
  options: {},
  words: { what: 'action', least: 1, most: Number.POSITIVE_INFINITY },
  first: ['up', 'status', 'reset', 'ssh', 'exec', 'do', 'down'],
  passesOn: true,
  help: async () => (await import('../../lab/help.ts')).help.lab,
  run: async ({ rest }, io) => (await import('../../lab/index.ts')).labCommand(rest, io),
});
