import { defineCommand } from '../command.ts';

/** `run drift`. */
export const drift = defineCommand({
  name: 'drift',
  usage: ['[HOST]'],
  summary: 'show what is not as declared, since when, and what was repaired by which run',
  about: `Shows what audits and checks have found and what is still so, by host: when it was first and last seen, how often, and whether the
host drifted or the declaration changed. With \`--ended\`, what is so no more, and the run that repaired it. Connects to no host.`,
  options: {
    ended: { type: 'switch', help: 'show what is so no more, the latest first' },
    output: { type: 'choice', choices: ['text', 'json'], short: 'o', value: 'FORM', help: 'text (default) or json' },
  },
  words: { what: 'host', least: 0, most: 1 },
  first: 'hosts',
  run: async (line, io) => (await import('../history-command.ts')).driftCommand(line.options, line.rest[0], io),
});
