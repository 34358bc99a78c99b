import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { suggest } from '../core/suggest.ts';
import { runOptions } from './options.ts';

/** What to say of playbooks that are not there; the names of commands are what a word may have been meant for, besides files. */
export const missingPlaybooks = (files: readonly string[], commandNames: readonly string[] = []): readonly string[] =>
  files.filter((file) => !existsSync(file)).map((file) => notFound(file, commandNames));

/** A word that is neither a command nor a file: which of either, or which option, may be meant. */
function notFound(file: string, commandNames: readonly string[]): string {
  const directory = dirname(file);
  const isBare = directory === '.' && extname(file) === '' && commandNames.length > 0;
  const message = isBare ? `"${file}" is neither a command nor a playbook` : `cannot find the playbook ${file}`;
  if (isBare && Object.hasOwn(runOptions, file)) return `${message}; did you mean --${file}?`;
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const near = suggest(basename(file), [...names, ...(directory === '.' ? commandNames : [])]);
  const meant = near === undefined || directory === '.' ? near : join(directory, near);
  return meant === undefined ? message : `${message}; did you mean "${meant}"?`;
}
