import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { editedText } from '../core/edited-files.ts';

/** The controller's files, each examined only once. */
export interface Files {
  /** A file's text; undefined if there is no readable file. */
  readText(path: string): string | undefined;
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** The names in a directory, sorted; empty if there is no such directory. */
  list(path: string): readonly string[];
}

/** The real file system, cached. */
export function createFiles(): Files {
  const texts = new Map<string, string | undefined>();
  const folders = new Map<string, Entries | undefined>();
  const kinds = new Map<string, Dirent | Stats | undefined>();
  // One listing of a directory shows everything that is missing from it; roles are searched for in many places.
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
    readText: (path) => remember(texts, path, () => editedText(path) ?? attempt(() => readFileSync(path, 'utf8'))),
    isFile: (path) => kind(path)?.isFile() ?? false,
    isDirectory: (path) => kind(path)?.isDirectory() ?? false,
    list: (path) => [...(entriesOf(resolve(path))?.keys() ?? [])].sort(),
  };
}

type Entries = ReadonlyMap<string, Dirent>;

const nothing: Entries = new Map();

/** The contents of a directory; empty if it does not exist, undefined if it can be traversed but not listed. */
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

// A loader treats a path that it cannot examine as missing.
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return undefined;
    throw error;
  }
}
