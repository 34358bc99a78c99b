import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';

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
  const kinds = new Map<string, Stats | undefined>();
  const lists = new Map<string, readonly string[]>();
  const kind = (path: string) => remember(kinds, path, () => statSync(path, { throwIfNoEntry: false }));
  return {
    readText: (path) => remember(texts, path, () => readFileSync(path, 'utf8')),
    isFile: (path) => kind(path)?.isFile() ?? false,
    isDirectory: (path) => kind(path)?.isDirectory() ?? false,
    list: (path) => remember(lists, path, () => readdirSync(path).sort()) ?? [],
  };
}

function remember<T>(known: Map<string, T | undefined>, path: string, look: () => T | undefined): T | undefined {
  if (known.has(path)) return known.get(path);
  const found = attempt(look);
  known.set(path, found);
  return found;
}

// What cannot be looked at is, for a loader, not there.
function attempt<T>(look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return undefined;
    throw error;
  }
}
