import { existsSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { nearFile } from './near-file.ts';
import { runOptions } from './options.ts';

/** The diagnostics for playbooks that do not exist. A word may also be a misspelled command. */
export const missingPlaybooks = (files: readonly string[], commandNames: readonly string[] = []): readonly string[] =>
  files.filter((file) => !existsSync(file)).map((file) => notFound(file, commandNames));

/** The message for a word that is neither a command nor a file, suggesting a similar command, file or option. */
function notFound(file: string, commandNames: readonly string[]): string {
  const isBare = dirname(file) === '.' && extname(file) === '' && commandNames.length > 0;
  const message = isBare ? `"${file}" is neither a command nor a playbook` : `cannot find the playbook ${file}`;
  if (isBare && Object.hasOwn(runOptions, file)) return `${message}; did you mean --${file}?`;
  const meant = nearFile(file, file, commandNames);
  return meant === undefined ? message : `${message}; did you mean "${meant}"?`;
}
