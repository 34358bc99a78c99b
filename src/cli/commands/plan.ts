import { defineCommand } from '../command.ts';
import { planOptions } from '../options.ts';

/** `run plan`. */
export const plan = defineCommand({
  name: 'plan',
  usage: ['PLAYBOOK... -o FILE [options]', 'show FILE [--commands]'],
  summary: 'write down what a run would do, so that it can be reviewed and then applied as it is',
  about: `Checks playbooks, and writes to a file what a run would do: the changes, the literal commands and the answers they rest on.
Changes nothing. \`show\` prints such a file for a reviewer, with its approval hash; \`run apply\` does what it says.
Exit codes: 0 nothing is to be done, 1 an error, 2 something is, 3 the plan does not hold everything, 4 a host is unreachable.`,
  options: planOptions,
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../plan-command.ts')).planCommand(line, io),
});
