import { defineCommand } from '../command.ts';
import { adoptOptions } from '../options.ts';

/** `run adopt`. */
export const adopt = defineCommand({
  name: 'adopt',
  usage: ['FINDING [PLAYBOOK...] [options]'],
  summary: "make a host's state the declared one: the change of the playbook, as a patch",
  about: `Prints the smallest change of playbooks, roles, variables, copied files or templates that declares what an audit found, as a patch for \`git apply\`.
The changed sources are checked on the hosts before: only a change that leaves nothing to do, and brings nothing else, is printed.
FINDING is the ID that an audit printed; its beginning is enough. Give the same options as for the audit; without PLAYBOOK, those that found it.
Exit codes: 0 adopted, 1 an error, 2 it cannot be adopted, 4 a host is unreachable.`,
  options: adoptOptions,
  words: { what: 'finding', least: 1, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../adopt-command.ts')).adoptCommand(line, io),
});
