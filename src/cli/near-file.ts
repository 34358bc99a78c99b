import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suggest } from '../core/suggest.ts';

/** The file that may be meant by a path that is not there, written as the path was; other words may be meant as well where it names no directory. */
export function nearFile(path: string, written: string, words: readonly string[] = []): string | undefined {
  const directory = dirname(path);
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const isBare = dirname(written) === '.';
  const near = suggest(basename(path), [...names, ...(isBare ? words : [])]);
  return near === undefined || isBare ? near : join(dirname(written), near);
}
