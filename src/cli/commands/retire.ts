import { defineCommand } from '../command.ts';
import { retireOptions } from '../options.ts';

/** `run retire`. */
export const retire = defineCommand({
  name: 'retire',
  usage: ['[FINDING...] [options]'],
  summary: 'remove what earlier runs put on hosts and no task declares any more',
  about: `Removes orphans that \`run audit\` has told, after a look: checks the same playbooks again, shows what would be removed, and asks.
FINDING is the ID that an audit printed; its beginning is enough. Without one, all orphans that are known are meant.
Exit codes: 0 removed, or nothing to remove, 1 an error, or nothing was removed, 2 a removal failed or (with --check) there is something to remove, 4 a host is unreachable.`,
  options: retireOptions,
  words: { what: 'finding', least: 0, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../retire-command.ts')).retireCommand(line, io),
});
