import { defineCommand } from '../command.ts';
import { UNMANAGED_OPTIONS } from '../unmanaged-options.ts';

/** `run unmanaged`. */
export const unmanaged = defineCommand({
  name: 'unmanaged',
  usage: ['HOST [PLAYBOOK...] [options]'],
  summary: 'list what is on a host that neither Debian nor a playbook accounts for',
  about: `Lists what is on a host that neither Debian nor one of the playbooks accounts for: changed configuration files, files
that no package owns, units, accounts, cron jobs, open ports, packages, mounts, firewall rules, containers. Changes nothing: the
playbooks are checked, and what their tasks are about is left out. Without playbooks, everything is listed.
Exit codes: 0 nothing found, 1 error, 2 something found, 4 unreachable.`,
  options: UNMANAGED_OPTIONS,
  words: { what: 'host', least: 1, most: Number.POSITIVE_INFINITY },
  first: 'hosts',
  run: async (line, io) => (await import('../unmanaged-command.ts')).unmanagedCommand(line, io),
});
