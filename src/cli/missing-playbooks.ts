import { existsSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { nearFile } from './near-file.ts';
import { runOptions } from './options.ts';

/** What to say of playbooks that are not there; the names of commands are what a word may have been meant for, besides files. */
export const missingPlaybooks = (files: readonly string[], commandNames: readonly string[] = []): readonly string[] =>
  files.filter((file) => !existsSync(file)).map((file) => notFound(file, commandNames));

/** A word that is neither a command nor a file: which of either, or which option, may be meant. */
function notFound(file: string, commandNames: readonly string[]): string {
  const isBare = dirname(file) === '.' && extname(file) === '' && commandNames.length > 0;
  const message = isBare ? `"${file}" is neither a command nor a playbook` : `cannot find the playbook ${file}`;
  if (isBare && Object.hasOwn(runOptions, file)) return `${message}; did you mean --${file}?`;
  const meant = nearFile(file, file, commandNames);
  return meant === undefined ? message : `${message}; did you mean "${meant}"?`;
}
