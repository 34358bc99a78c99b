import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from '../../core/local-file.ts';
import { decodeText, localPath } from '../../core/text-codec.ts';

/** The regular files that match a shell pattern, in the order of the folder's listing, sorted by name. */
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
  const matches = matcher(part);
  const names = list(folder || '.').filter((name) => matches(name) && (part.startsWith('.') || !name.startsWith('.')));
  return names.sort().flatMap((name) => expand(here(name), rest));
}

function list(folder: string): string[] {
  try {
    return readdirSync(localPath(folder), 'buffer').map(decodeText);
  } catch {
    // What is no folder, or may not be read, has no matches.
    return [];
  }
}

/** Whether a name matches a shell pattern, as Python's `fnmatch`. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.+(){}|[\]/]/g, (all, negated, set) => {
    if (all === '*') return '.*';
    if (all === '?') return '.';
    return set === undefined ? `\\${all}` : `[${negated ? '^' : ''}${set.replace(/[\\^[\]]/g, '\\$&')}]`;
  });
  const regexp = new RegExp(`^${source}$`, 's');
  return (name) => regexp.test(name);
}
