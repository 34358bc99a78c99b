import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the lab keeps images, disks, keys and process IDs. */
export const stateDir = (): string => process.env.RETRACE_LAB_DIR ?? usualDir;

const usualDir = '/var/lib/retrace-lab';

/** Distinguishes a lab's namespaces and control groups from those of a lab with its state elsewhere. */
export const labTag = (folder = stateDir()): string =>
  folder === usualDir ? '' : createHash('sha256').update(folder).digest('hex').slice(0, 4);

/** A path inside the lab's state directory. */
export const state = (...parts: readonly string[]): string => join(stateDir(), ...parts);

/** The files that the lab puts into its hosts, and the scripts that set them up. */
export const contentDir = (): string => join(packageRoot(), 'src', 'lab', 'content');

/** The directory that the forge serves instead of the lab's own content, with `infrastructure` and `monitoring`. */
export function forgeSeed(): string | undefined {
  const folder = process.env.RETRACE_LAB_REPOSITORY;
  if (folder === undefined || folder === '') return undefined;
  for (const part of ['infrastructure', 'monitoring'])
    if (!existsSync(join(folder, part)))
      throw new Error(
        `RETRACE_LAB_REPOSITORY: ${join(resolve(folder), part)} does not exist; it needs infrastructure/ and monitoring/`,
      );
  return resolve(folder);
}

/** The inventory that gives the lab's hosts the names that production uses. */
export const labInventoryPath = (): string => join(packageRoot(), 'inventory', 'lab.yaml');

/** The directory of this package, whether the program runs from source or from its bundle. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'src', 'lab', 'content'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the lab's package has no src/lab/content");
    folder = parent;
  }
  return folder;
}
