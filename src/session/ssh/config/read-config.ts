import { readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { matchesPatterns } from '../known-hosts.ts';
import { type ConfigLine, parseConfig } from './parse-config.ts';
import { expandHome } from './tokens.ts';

/** Read the user's and the system's ssh_config, or only the given file, with everything that they include. */
export function readConfig(home: string, only?: string): readonly ConfigLine[] {
  if (only !== undefined)
    return only === 'none' ? [] : readFile(only, { home, relativeTo: join(home, '.ssh'), depth: 0 });
  return [
    ...readFile(join(home, '.ssh/config'), { home, relativeTo: join(home, '.ssh'), depth: 0 }),
    ...scopeEnd,
    ...readFile('/etc/ssh/ssh_config', { home, relativeTo: '/etc/ssh', depth: 0 }),
  ];
}

interface ConfigPlace {
  readonly home: string;
  /** The base directory for relative names in `Include`. */
  readonly relativeTo: string;
  readonly depth: number;
}

// Ends a Host block at the end of the first file.
const scopeEnd: readonly ConfigLine[] = [{ keyword: 'host', words: ['*'], rest: '*', at: '' }];

function readFile(file: string, place: ConfigPlace): readonly ConfigLine[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // As in OpenSSH, a missing file counts as empty.
    return [];
  }
  // OpenSSH gives up at the same depth, with an error.
  if (place.depth > 16) return [];
  return parseConfig(text, file, (pattern) =>
    includedFiles(pattern, place).flatMap((name) => readFile(name, { ...place, depth: place.depth + 1 })),
  );
}

function includedFiles(pattern: string, { home, relativeTo }: ConfigPlace): string[] {
  const expanded = expandHome(pattern, home);
  return glob(isAbsolute(expanded) ? expanded : join(relativeTo, expanded));
}

/** The files that match a pattern with `*` and `?`, in order. (Node 20 has no glob of its own.) */
function glob(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  const folder = dirname(pattern);
  const name = pattern.slice(folder === '/' ? 1 : folder.length + 1);
  return glob(folder).flatMap((parent) =>
    entries(parent)
      .filter((entry) => matchesPatterns([name], entry) && (!entry.startsWith('.') || name.startsWith('.')))
      .map((entry) => join(parent, entry)),
  );
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
