import { lint } from '../language/lint.ts';
import type { CallIo } from './command.ts';
import { loadToRead } from './load-to-read.ts';
import { tellFound } from './tell-found.ts';

/** Reports the problems that lint finds. Exit code 2 if there are any, 1 if a playbook does not load. */
export async function lintCommand(files: readonly string[], output: string | undefined, io: CallIo): Promise<number> {
  const read = await loadToRead(files, io);
  if (typeof read === 'number') return read;
  const { loaded, readFile } = read;
  const found = loaded.ok ? [...(loaded.warnings ?? []), ...lint(loaded.value)] : loaded.error;
  const code = tellFound({ found, readFile }, output, io);
  return loaded.ok ? code : 1;
}
