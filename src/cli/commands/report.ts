import { findingFormNames } from '../../audit/forms/index.ts';
import { defineCommand } from '../command.ts';

/** `run report`. */
export const reportMerge = defineCommand({
  name: 'report',
  usage: ['merge FILE... [options]'],
  summary: 'make one report of those of several audits, each of which looked at other hosts',
  about: `Reads reports that \`run audit --shard K/N -o json=FILE\` wrote, on one machine or on several, and tells them as one audit of all hosts would be told.
A part that is missing or twice there is an error. The exit code is that of one audit: 0, 2, 3 or 4; 1 for an error.`,
  options: {
    output: {
      type: 'text',
      short: 'o',
      value: 'FORM[=FILE]',
      many: true,
      help: `write the report in this form, to a file or to stdout: ${findingFormNames.join(', ')} (default: text)`,
    },
    diff: { type: 'switch', short: 'D', help: 'show diffs of changed text' },
    verbose: { type: 'count', short: 'v', help: 'print more details' },
  },
  words: { what: 'report', least: 1, most: Number.POSITIVE_INFINITY },
  first: ['merge'],
  run: async (line, io) => (await import('../report-command.ts')).reportCommand(line, io),
});
