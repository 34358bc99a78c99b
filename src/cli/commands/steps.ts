import { defineCommand } from '../command.ts';
import { stepsOptions } from '../options.ts';

/** `run steps`. */
export const steps = defineCommand({
  name: 'steps',
  usage: ['PLAYBOOK... --document FILE.md [options]'],
  summary: 'lay beside each command of an install document the task that retraces it',
  about: `Lays beside each command, excerpt of a file and instruction of an install document what retraces it: exactly a task with a \`step:\`, a proof, a
manual step, or nothing, because it was left out for a reason (steps-left-out.yaml beside the playbook, or a comment in the document).
Connects to no host. Exit codes: 0 everything is accounted for, 1 an error, 2 something is open.`,
  options: stepsOptions,
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../steps-command.ts')).stepsCommand(line, io),
});
