import { dirname, resolve } from 'node:path';
import { createFiles } from '../language/files.ts';
import { lint } from '../language/lint.ts';
import { loadPlaybooks } from '../language/playbook.ts';
import type { CallIo } from './command.ts';
import { readConfig } from './load-all.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import { taskTypeRegistry } from './task-types.ts';
import { tellFound } from './tell-found.ts';

/** Reports the problems that lint finds. Exit code 2 if there are any, 1 if a playbook does not load. */
export async function lintCommand(files: readonly string[], output: string | undefined, io: CallIo): Promise<number> {
  const absent = missingPlaybooks(files);
  if (absent.length > 0) return io.refuse(absent);
  const { config } = readConfig();
  const sources = createFiles();
  const registry = taskTypeRegistry(
    files.map((file) => dirname(resolve(file))),
    [],
  );
  const mistakes = await registry.loadOwn();
  const loaded: ReturnType<typeof loadPlaybooks> =
    mistakes.length > 0
      ? { ok: false, error: mistakes }
      : loadPlaybooks(files, {
          files: sources,
          rolesPath: config.rolesPath,
          privateRoleVars: config.privateRoleVars,
          collectionsPath: config.collectionsPath,
          taskType: registry.known,
        });
  const found = loaded.ok ? [...(loaded.warnings ?? []), ...lint(loaded.value)] : loaded.error;
  const code = tellFound({ found, readFile: (file) => sources.readText(file) }, output, io);
  return loaded.ok ? code : 1;
}
