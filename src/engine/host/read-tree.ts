import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kindOf, statOf } from '../../core/local-file.ts';
import { type Controller, ControllerError } from '../../core/task-type.ts';
import { decodeText, localPath } from '../../core/text-codec.ts';

type TreeEntry = ReturnType<Controller['readTree']>[number];
type TreeOptions = NonNullable<Parameters<Controller['readTree']>[1]>;

/** A directory that is being read, and its ancestors. */
interface Reading extends TreeOptions {
  readonly root: string;
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
): readonly TreeEntry[] => readDirectory(root, { ...options, root, above: [statSync(localPath(root))], read });

function readDirectory(directory: string, reading: Reading): TreeEntry[] {
  const names = readdirSync(localPath(directory), 'buffer').map(decodeText).sort();
  const entries = names.map((name) => {
    const path = join(directory, name);
    return { path, isFolder: statOf(path)?.isDirectory() ?? false };
  });
  // As in Ansible, the files of a directory come first, so an error names the same one.
  const filesFirst = entries.toSorted((one, other) => Number(one.isFolder) - Number(other.isFolder));
  return filesFirst.flatMap(({ path }): TreeEntry[] => {
    const stats = lstatSync(localPath(path)).isSymbolicLink() ? followable(path, reading) : statSync(localPath(path));
    const at = { path: relative(reading.root, path) };
    if (stats === undefined)
      return [{ ...at, kind: 'link', mode: 0o777, target: decodeText(readlinkSync(localPath(path), 'buffer')) }];
    const mode = stats.mode & 0o7777;
    if (stats.isDirectory())
      return [
        { ...at, kind: 'directory', mode },
        ...readDirectory(path, { ...reading, above: [...reading.above, stats] }),
      ];
    if (!stats.isFile()) throw new ControllerError(`${path} is a ${kindOf(stats)}: only regular files can be copied`);
    return [{ ...at, kind: 'file', mode, ...(reading.contents !== false && { content: reading.read(path) }) }];
  });
}

/** The entry that replaces a link; undefined if it stays a link. */
function followable(path: string, { follow, above }: Reading): Stats | undefined {
  const stats = follow === true ? statOf(path) : undefined;
  return above.some(({ dev, ino }) => dev === stats?.dev && ino === stats.ino) ? undefined : stats;
}
