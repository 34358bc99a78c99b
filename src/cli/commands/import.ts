import { defineCommand } from '../command.ts';
import { IMPORT_OPTIONS } from '../import-options.ts';

/** `run import`. */
export const importCommand = defineCommand({
  name: 'import',
  usage: ['HOST [options]'],
  summary: 'write a playbook from a running machine, checked clean against it',
  about: `Writes DIR/HOST.yaml and DIR/HOST/: packages, accounts, files, links, units, cron jobs, clones, datasets and container lines of a Debian
host, as far as neither Debian nor a package made them. Each task is checked against the host; what is not in order there is left out and told.
Secrets are encrypted with the vault password; without one they are left out. Changes nothing on the host.
Exit codes: 0 written, 1 error, 4 unreachable.`,
  options: IMPORT_OPTIONS,
  words: { what: 'host', least: 1, most: 1 },
  first: 'hosts',
  run: async (line, io) => (await import('../import-command.ts')).importPlaybook(line, io),
});
