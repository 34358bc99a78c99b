import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCommandLine, USAGE_ERROR } from './usage.ts';

const usage = `usage: run link-ansible DIRECTORY

Makes links named as Ansible's programs in a directory, so that scripts that call them call this program.
What is there already under such a name is left alone, and reported.`;

/** Make the links by which this program answers as Ansible's programs: only where somebody asks for it. */
export async function linkAnsible(argv: readonly string[], names: readonly string[]): Promise<number> {
  const read = readCommandLine('link-ansible', usage, {}, argv);
  if (typeof read === 'number') return read;
  const [directory] = read.rest;
  if (directory === undefined || read.rest.length > 1) {
    process.stderr.write(`run link-ansible: expected one directory\n${usage}\n`);
    return USAGE_ERROR;
  }
  const target = launcher();
  mkdirSync(directory, { recursive: true });
  const taken = names.filter((name) => !link(join(resolve(directory), name), target));
  for (const name of taken)
    process.stderr.write(`run link-ansible: ${join(directory, name)} is there already, and is another program\n`);
  return taken.length === 0 ? 0 : 1;
}

/** The script that builds what is missing, in a clone; the program itself where it was installed. */
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
