import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the lab keeps images, disks, keys and process ids. */
export const stateDir = (): string => process.env.RETRACE_LAB_DIR ?? '/var/lib/retrace-lab';

/** A path below the lab's state. */
export const state = (...parts: readonly string[]): string => join(stateDir(), ...parts);

/** The files that the lab puts into its hosts, and the scripts that set them up. */
export const contentDir = (): string => join(packageRoot(), 'src', 'lab', 'content');

/** The inventory that names the lab's hosts as production names its own. */
export const labInventoryPath = (): string => join(packageRoot(), 'inventory', 'lab.yaml');

/** The folder of this package, whether the program runs from its sources or from its bundle. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'src', 'lab', 'content'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the package of the lab has no src/lab/content');
    folder = parent;
  }
  return folder;
}
