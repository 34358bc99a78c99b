import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How to go through a directory. */
interface Walk {
  /** How many directories deep. */
  readonly depth: number;
  readonly isWanted: (name: string) => boolean;
  /** Whether a directory of that name is entered; all by default. */
  readonly isEntered?: (name: string) => boolean;
}

/** The wanted files in a directory, sorted by name, and then those in the directories below it; none if it does not exist. */
export function walkFiles(folder: string, walk: Walk): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && walk.isWanted(entry.name));
  const folders = walk.depth === 0 ? [] : entries.filter((entry) => entry.isDirectory());
  return [
    ...files.map(({ name }) => join(folder, name)),
    ...folders
      .filter(({ name }) => walk.isEntered?.(name) !== false)
      .flatMap(({ name }) => walkFiles(join(folder, name), { ...walk, depth: walk.depth - 1 })),
  ];
}

/** The directory of a collection's plugins of a kind, or of its modules. */
export const pluginsIn = (root: string, collection: string, kind: string): string =>
  join(root, 'ansible_collections', ...collection.split('.'), 'plugins', kind);
