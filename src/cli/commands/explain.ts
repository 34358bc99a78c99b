import { defineCommand } from '../command.ts';

/** `run explain`. */
export const explain = defineCommand({
  name: 'explain',
  usage: ['PLAYBOOK... [--markdown]'],
  summary: 'write a runbook made of playbooks, for people who do or follow the steps by hand',
  about: `Writes what playbooks do, in order: plays, hosts, steps, what a person would type where that is known without a host, and manual
steps with what proves them. Each step has what the last audit of the same playbook found, if the history has one. Values are shown as
they are written; secrets are left out. Connects to no host.
Exit codes: 0 done, 1 a playbook does not load.`,
  options: { markdown: { type: 'switch', help: 'as Markdown, for a wiki or a repository (default: as text)' } },
  words: { what: 'playbook', least: 1, most: Number.POSITIVE_INFINITY },
  run: async ({ options, rest }, io) =>
    (await import('../explain-command.ts')).explainCommand(rest, options.markdown, io),
});
