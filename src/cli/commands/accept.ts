import { defineCommand } from '../command.ts';

/** `run accept`. */
export const accept = defineCommand({
  name: 'accept',
  usage: ['FINDING --until DATE --why TEXT [options]'],
  summary: 'leave a finding as it is for a time',
  about: `Writes a finding to accepted-findings.yaml beside its playbook, which belongs in git. Until the date, \`run audit\` tells it as accepted and
does not count it. FINDING is the ID that an audit printed; its beginning is enough.`,
  options: {
    until: { type: 'text', value: 'DATE', help: 'the last day on which it is accepted, as in 2027-01-31' },
    why: { type: 'text', value: 'TEXT', help: 'the reason' },
    owner: { type: 'text', value: 'NAME', help: 'who answers for it (default: you)' },
    host: { type: 'list', value: 'HOSTS', help: 'only on these hosts (default: on all)' },
  },
  words: { what: 'finding', least: 1, most: 1 },
  run: async (line, io) => (await import('../accept-command.ts')).acceptCommand(line.options, line.rest[0] ?? '', io),
});
