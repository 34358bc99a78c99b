import { defineCommand } from '../command.ts';
import { draftOptions } from '../options.ts';

/** `run draft`. */
export const draft = defineCommand({
  name: 'draft',
  usage: ['FILE.md [options]'],
  summary: 'write a first playbook from an install document',
  about: `Writes a first playbook from an install document in Markdown: each command that it shows becomes a task, with its line as a comment. Tasks
that need a guess are marked "likely"; what no task type does is a \`manual\` task with the tag "manual", which runs with --tags manual only. What is
undone later in the document is left out, restarts become handlers, and secrets become variables. Connects to no host.
Exit codes: 0 written, 1 an error.`,
  options: draftOptions,
  words: { what: 'document', least: 1, most: 1 },
  run: async (line, io) => (await import('../draft-command.ts')).draftCommand(line, io),
});
