import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** The controller's files, each looked at once. */
export interface Files {
  /** A file's text, undefined where there is none that can be read. */
  readText(path: string): string | undefined;
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Names in a folder, sorted; none where there is no folder. */
  list(path: string): readonly string[];
}

/** The real file system, remembered. */
export function createFiles(): Files {
  const texts = new Map<string, string | undefined>();
  const folders = new Map<string, ReadonlyMap<string, Dirent>>();
  const stats = new Map<string, Stats | undefined>();
  // One look into a folder tells of all that is not there: a role is looked for in many places.
  const entriesOf = (folder: string) => remember(folders, folder, () => readFolder(folder))!;
  const kind = (path: string): Dirent | Stats | undefined => {
    const entry = entriesOf(dirname(path)).get(basename(path));
    if (entry !== undefined && !entry.isSymbolicLink()) return entry;
    return entry === undefined && basename(path) !== ''
      ? undefined
      : remember(stats, path, () => attempt(() => statSync(path)));
  };
  return {
    readText: (path) => remember(texts, path, () => attempt(() => readFileSync(path, 'utf8'))),
    isFile: (path) => kind(resolve(path))?.isFile() ?? false,
    isDirectory: (path) => kind(resolve(path))?.isDirectory() ?? false,
    list: (path) => [...entriesOf(resolve(path)).keys()].sort(),
  };
}

const readFolder = (folder: string): ReadonlyMap<string, Dirent> =>
  new Map(attempt(() => readdirSync(folder, { withFileTypes: true }))?.map((entry) => [entry.name, entry]));

function remember<T>(known: Map<string, T>, path: string, look: () => T): T {
  if (known.has(path)) return known.get(path)!;
  const found = look();
  known.set(path, found);
  return found;
}

// What cannot be looked at is, for a loader, not there.
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return undefined;
    throw error;
  }
}
