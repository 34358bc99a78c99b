import { defineCommand } from '../command.ts';

/** `run history`. */
export const history = defineCommand({
  name: 'history',
  usage: ['', 'show NUMBER'],
  summary: 'list past runs and audits, or show what one of them found or changed',
  about: `Lists the last runs, checks and audits of this machine, the latest first, or shows one with its findings or changes.
They are kept in $RETRACE_HISTORY, by default ~/.local/state/retrace; RETRACE_HISTORY=off keeps none.`,
  options: {
    most: { type: 'int', min: 1, short: 'n', value: 'N', help: 'how many to list (default: 20)' },
    output: { type: 'choice', choices: ['text', 'json'], short: 'o', value: 'FORM', help: 'text (default) or json' },
  },
  words: { what: 'run', least: 0, most: 2 },
  run: async (line, io) => (await import('../history-command.ts')).historyCommand(line.options, line.rest, io),
});
