import { defineCommand } from '../command.ts';
import { applyOptions } from '../options.ts';

/** `run apply`. */
export const apply = defineCommand({
  name: 'apply',
  usage: ['FILE [--approved HASH] [options]'],
  summary: 'do exactly what a plan says, if everything is as it was when the plan was made',
  about: `Applies a plan of \`run plan\`: on each host exactly its commands, in their order. Before the first one, everything is
looked at again; if a host answers otherwise than planned, or a file has changed, nothing is done, and it says what differs.
Exit codes: 0 done, 1 refused, 2 a task failed or the plan was left, 4 a host is unreachable.`,
  options: applyOptions,
  words: { what: 'plan', least: 1, most: 1 },
  run: async (line, io) => (await import('../apply-command.ts')).applyCommand(line, io),
});
