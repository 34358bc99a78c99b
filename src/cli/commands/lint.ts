import { INVENTORY_OPTION } from '../../language/inventory/inventory-options.ts';
import { defineCommand } from '../command.ts';

/** `run lint`. */
export const lint = defineCommand({
  name: 'lint',
  usage: ['PLAYBOOK...', '--clone DIR', '--document FILE.md [--clone DIR] [-i INVENTORY]'],
  summary:
    'find what causes trouble later in playbooks, or what is wrong in a clone of a configuration repository or in an install document',
  about: `Reports code that works now but causes trouble later, in playbooks and in the roles and files that they include. Connects to no host.

With --clone, reports what is wrong in a clone of a configuration repository: links that lead nowhere, paths and units that are named
and are not there, configuration that nginx does not read (with nginx itself, where it is installed), unfinished merges, sections and
targets that are there twice, Windows' line ends, and secrets in clear, which are not printed. Nothing of the clone is run, and no
link out of it is followed. What was not looked at is told, too.

With --document, reports what is wrong in an install document, and what goes wrong for whoever follows it: what contradicts itself, what
is used before it is made, what cannot be done twice, what is still to be done; with --clone, links and excerpts that the repository does
not have; with -i, hosts and addresses that the inventory does not have.
Exit codes: 0 nothing found, 1 something cannot be read, 2 something found.`,
  options: {
    document: { type: 'path', exists: 'file', value: 'FILE', help: 'look at this install document, in Markdown' },
    clone: { type: 'path', exists: 'directory', value: 'DIR', help: 'look at this clone' },
    'deployed-at': {
      type: 'text',
      value: 'PATH',
      help: 'where hosts have the clone, for absolute paths (default: below /opt, by its name, or as its own links tell)',
    },
    ...INVENTORY_OPTION,
    output: { type: 'choice', choices: ['text', 'json'], short: 'o', value: 'FORM', help: 'text (default) or json' },
  },
  words: { what: 'playbook', least: 0, most: Number.POSITIVE_INFINITY },
  run: async (line, io) => {
    const { clone, document, inventory, 'deployed-at': deployedAt, output } = line.options;
    if (inventory !== undefined && document === undefined)
      return io.refuse(['-i is for documents: give --document, too']);
    if (document !== undefined) {
      if (line.rest.length > 0) return io.refuse([`--document takes no playbooks: "${line.rest[0]}"`]);
      const lintDocument = (await import('../lint-document-command.ts')).lintDocumentCommand;
      return lintDocument({ file: document, clone, deployedAt, inventory, output }, io);
    }
    if (clone === undefined) {
      if (deployedAt !== undefined)
        return io.refuse(['--deployed-at tells where a clone is deployed: give --clone, too']);
      if (line.rest.length === 0) return io.refuse(['no playbook was given, and no --clone']);
      return (await import('../lint-command.ts')).lintCommand(line.rest, output, io);
    }
    if (line.rest.length > 0) return io.refuse([`--clone takes no playbooks: "${line.rest[0]}"`]);
    return (await import('../lint-clone-command.ts')).lintCloneCommand({ folder: clone, deployedAt, output }, io);
  },
});
