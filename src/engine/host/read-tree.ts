import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, statOf } from '../../core/local-file.ts';
import { type Controller, ControllerError } from '../../core/task-type.ts';
import { decodeText, localPath } from '../../core/text-codec.ts';

type TreeEntry = ReturnType<Controller['readTree']>[number];
type TreeOptions = NonNullable<Parameters<Controller['readTree']>[1]>;

/** A directory that is being read: its path below the root (empty, or ending in a slash), and it and its ancestors. */
interface Reading extends TreeOptions {
  readonly below: string;
  readonly above: readonly Stats[];
  readonly read: (path: string) => Uint8Array;
}

/**
 * Everything below a directory, parents first. With `follow`, a link becomes what it points to; a link that dangles or
 * points to a directory containing it stays a link, as in Ansible.
 */
export const readTree = (
  root: string,
  options: TreeOptions,
  read: (path: string) => Uint8Array,
): readonly TreeEntry[] => readDirectory(root, { ...options, below: '', above: [statSync(localPath(root))], read });

function readDirectory(directory: string, reading: Reading): TreeEntry[] {
  // The listing tells what each entry is, so that a tree of many files needs few system calls for each.
  const listed = readdirSync(localPath(directory), { withFileTypes: true, encoding: 'buffer' })
    .map((entry) => ({ name: decodeText(entry.name), entry }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, entry }) => {
      const path = join(directory, name);
      return { name, path, isFolder: entry.isSymbolicLink() ? isFolder(path) : entry.isDirectory() };
    });
  // As in Ansible, the files of a directory come first, so an error names the same one.
  const filesFirst = listed.toSorted((one, other) => Number(one.isFolder) - Number(other.isFolder));
  return filesFirst.flatMap(({ name, path }): TreeEntry[] => {
    const own = lstatSync(localPath(path));
    const stats = own.isSymbolicLink() ? followable(path, reading) : own;
    const at = { path: reading.below + name };
    if (stats === undefined)
      return [{ ...at, kind: 'link', mode: 0o777, target: decodeText(readlinkSync(localPath(path), 'buffer')) }];
    const mode = stats.mode & 0o7777;
    if (stats.isDirectory()) {
      const inside = { ...reading, below: `${at.path}/`, above: [...reading.above, stats] };
      return [{ ...at, kind: 'directory', mode }, ...readDirectory(path, inside)];
    }
    if (!stats.isFile()) throw new ControllerError(`${path} is a ${kindOf(stats)}: only regular files can be copied`);
    return [{ ...at, kind: 'file', mode, ...(reading.contents !== false && { content: reading.read(path) }) }];
  });
}

const isFolder = (path: string): boolean => statOf(path)?.isDirectory() ?? false;

/** The entry that replaces a link; undefined if it stays a link. */
function followable(path: string, { follow, above }: Reading): Stats | undefined {
  const stats = follow === true ? statOf(path) : undefined;
  return above.some(({ dev, ino }) => dev === stats?.dev && ino === stats.ino) ? undefined : stats;
}
