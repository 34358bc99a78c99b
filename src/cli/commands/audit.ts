import { defineCommand } from '../command.ts';
import { auditOptions } from '../options.ts';

/** `run audit`. */
export const audit = defineCommand({
  name: 'audit',
  usage: ['PLAYBOOK... [options]'],
  summary: 'check playbooks on all their hosts, and report what is not as declared',
  about: `Checks playbooks, and tells each finding once: the hosts on which it is the same are named together.
Changes nothing. Exit codes: 0 no drift, 1 an error, 2 drift, a failed task, a lint or an orphan, 3 something is unknown, 4 a host is unreachable.
\`--output FORM=FILE\` may be repeated: several forms in one go, each in its own file.`,
  options: auditOptions,
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => (await import('../audit-command.ts')).auditCommand(line, io),
});
