import { defineCommand } from '../command.ts';
import { QUESTIONS_OPTIONS } from '../questions-options.ts';

/** `run questions`. */
export const questions = defineCommand({
  name: 'questions',
  usage: ['PLAYBOOK... --host HOST [--answers FILE] [options]'],
  summary: 'print a script that asks a host what a check needs to know',
  about: `Prints a script for /bin/sh that asks a host what a check of the playbooks would ask it, for hosts that one may not log in to, and for timers.
It only looks, and holds no secret. \`run PLAYBOOK --check --answers FILE\` judges what it prints, anywhere, without a connection.
Exit codes: 0 nothing is left to ask, 1 error, 2 a script was printed.`,
  options: QUESTIONS_OPTIONS,
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../questions-command.ts')).questionsCommand(line, io),
});
