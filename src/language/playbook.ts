import type { Diagnostic, Result } from '../core/source.ts';
import { createFiles } from './files.ts';
import { loadPlaybookFile } from './load/import-playbook.ts';
import type { Loading, LoadOptions } from './load/loading.ts';
import type { Playbook } from './model.ts';

export { createDynamicLoader } from './load/dynamic.ts';
export type { LoadOptions } from './load/loading.ts';

/** Loads playbooks with everything they import. Returns either all of them, or all errors in all files. */
export function loadPlaybooks(files: readonly string[], options: LoadOptions = {}): Result<readonly Playbook[]> {
  const shared = options.files ?? createFiles();
  const loadings = files.map((file) => loadOne(file, { ...options, files: shared }));
  const problems = distinct(loadings.flatMap(({ loading }) => loading.problems));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { ok: false, error: problems };
  const playbooks = loadings.map(({ file, plays }) => ({ file, plays }));
  return { ok: true, value: playbooks, warnings: problems };
}

function loadOne(file: string, options: LoadOptions) {
  const loading: Loading = { options, files: options.files ?? createFiles(), problems: [] };
  return { file, plays: loadPlaybookFile(loading, file), loading };
}

// Report a file's errors only once, even if it is imported in several places.
function distinct(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
