import { defineCommand } from '../command.ts';
import { RECORD_OPTIONS } from '../record-options.ts';

/** `run record`. */
export const record = defineCommand({
  name: 'record',
  usage: ['HOST [options]', 'HOST [options] < COMMANDS'],
  summary: 'open a root shell on a host, and write a document and a playbook of what was done there',
  about: `Opens a shell on a host, as root with -b, and keeps each command, its exit code and what it changed below /etc. When the shell ends,
NAME.md is written, an install document, and NAME.yaml, its draft (see \`run draft\`). What no draft can tell from a command stands in the document
as the file that it left. Commands that begin with a space are not kept, and nothing that is typed at a prompt of a program. Without a terminal,
commands are read from stdin. The host needs bash.
Exit codes: 0 all that changed is told, 1 error, 2 something that changed below /etc is told nowhere, 4 unreachable.`,
  options: RECORD_OPTIONS,
  words: { what: 'host', least: 1, most: 1 },
  first: 'hosts',
  run: async (line, io) => (await import('../record-command.ts')).recordSession(line, io),
});
