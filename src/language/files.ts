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
  const folders = new Map<string, Entries | undefined>();
  const kinds = new Map<string, Dirent | Stats | undefined>();
  // One look into a folder tells of all that is not there: a role is looked for in many places.
  const entriesOf = (folder: string): Entries | undefined =>
    remember(folders, folder, () => (isKnownAbsent(folder) ? nothing : readFolder(folder)));
  const isKnownAbsent = (path: string): boolean => folders.get(dirname(path))?.has(basename(path)) === false;
  const look = (path: string): Dirent | Stats | undefined => {
    const entries = entriesOf(dirname(path));
    const entry = entries?.get(basename(path));
    if (entry !== undefined && !entry.isSymbolicLink()) return entry;
    return entry === undefined && entries !== undefined && basename(path) !== ''
      ? undefined
      : attempt(() => statSync(path));
  };
  const kind = (path: string): Dirent | Stats | undefined => remember(kinds, path, () => look(resolve(path)));
  return {
    readText: (path) => remember(texts, path, () => attempt(() => readFileSync(path, 'utf8'))),
    isFile: (path) => kind(path)?.isFile() ?? false,
    isDirectory: (path) => kind(path)?.isDirectory() ?? false,
    list: (path) => [...(entriesOf(resolve(path))?.keys() ?? [])].sort(),
  };
}

type Entries = ReadonlyMap<string, Dirent>;

const nothing: Entries = new Map();

/** What is in a folder, nothing in one that is not there; undefined for one that may be passed through but not listed. */
function readFolder(folder: string): Entries | undefined {
  try {
    return new Map(readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, entry]));
  } catch (error) {
    return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '') ? undefined : nothing;
  }
}

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
