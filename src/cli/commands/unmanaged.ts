import type { OptionSpecs } from '../../core/command-line.ts';
import { defineCommand } from '../command.ts';
import { runOptions } from '../options.ts';

const {
  limit: _limit,
  check: _check,
  diff: _diff,
  step: _step,
  'start-at-task': _start,
  'force-handlers': _handlers,
  'list-tasks': _tasks,
  'list-tags': _tags,
  'list-hosts': _hosts,
  'syntax-check': _syntax,
  'scp-extra-args': _scp,
  'sftp-extra-args': _sftp,
  'ssh-common-args': _common,
  'ssh-extra-args': _extra,
  lab: _lab,
  output: _output,
  ...shared
} = runOptions;

/** The options of `run unmanaged`. */
export const UNMANAGED_OPTIONS = {
  ...shared,
  output: {
    type: 'choice',
    choices: ['text', 'json'],
    short: 'o',
    value: 'FORM',
    help: 'output format (default: text)',
  },
  'as-tasks': { type: 'switch', help: 'print a playbook with the tasks that would declare what was found' },
} as const satisfies OptionSpecs;

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
