import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineCommand } from '../command.ts';

/** `run link-ansible`: creates the links only on request. */
export const linkAnsible = defineCommand({
  name: 'link-ansible',
  usage: ['DIRECTORY'],
  summary: 'create links to this program named ansible, ansible-playbook, ansible-inventory and ansible-vault',
  about: `Creates links with the names of Ansible's programs in a directory, so that scripts that call Ansible call this program.
Existing files with these names are left alone and reported.`,
  options: {},
  words: { what: 'directory', least: 1, most: 1 },
  run: async ({ rest: [directory = ''] }, io) => {
    const names = ['ansible-playbook', 'ansible', ...io.commands.flatMap(({ ansible }) => ansible?.name ?? [])];
    const target = launcher();
    mkdirSync(directory, { recursive: true });
    const taken = names.filter((name) => !link(join(resolve(directory), name), target));
    for (const name of taken)
      io.stderr.write(`run link-ansible: ${join(directory, name)} already exists, and is not a link to this program\n`);
    return taken.length === 0 ? 0 : 1;
  },
});

/** In a clone, the script that builds whatever is missing; in an installation, the program itself. */
function launcher(): string {
  const script = resolve(import.meta.dirname, '../run');
  return existsSync(script) ? script : join(import.meta.dirname, 'run.cjs');
}

function link(path: string, target: string): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined) return there.isSymbolicLink() && readlinkSync(path) === target;
  symlinkSync(target, path);
  process.stdout.write(`${path} -> ${target}\n`);
  return true;
}
