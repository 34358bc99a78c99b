import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suggest } from '../core/suggest.ts';

/**
 * An existing file with a similar name, written in the same form as the wrong path (relative or absolute). If the path names no directory,
 * one of `words` may be suggested too.
 */
export function nearFile(path: string, written: string, words: readonly string[] = []): string | undefined {
  const directory = dirname(path);
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const isBare = dirname(written) === '.';
  const near = suggest(basename(path), [...names, ...(isBare ? words : [])]);
  return near === undefined || isBare ? near : join(dirname(written), near);
}
