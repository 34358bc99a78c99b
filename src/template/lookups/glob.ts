import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from '../../core/local-file.ts';
import { globPattern } from '../../core/text/glob.ts';
import { decodeText, localPath } from '../../core/text-codec.ts';

/** The regular files that match a shell pattern, sorted by name within each directory. */
export function glob(pattern: string): string[] {
  const parts = pattern.split('/');
  const start = pattern.startsWith('/') ? '/' : '';
  return expand(
    start,
    parts.filter((part) => part !== ''),
  ).filter((path) => statOf(path)?.isFile() ?? false);
}

function expand(folder: string, parts: readonly string[]): string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [folder];
  const here = (name: string) => (folder === '' ? name : join(folder, name));
  if (!/[*?[]/.test(part)) return expand(here(part), rest);
  const pattern = globPattern(part);
  const names = list(folder || '.').filter(
    (name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')),
  );
  return names.sort().flatMap((name) => expand(here(name), rest));
}

function list(folder: string): string[] {
  try {
    return readdirSync(localPath(folder), 'buffer').map(decodeText);
  } catch {
    // Anything that is not a readable directory has no matches.
    return [];
  }
}
