import { dirname, resolve } from 'node:path';
import { createFiles } from '../language/files.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { lint } from '../language/lint.ts';
import { loadPlaybooks } from '../language/playbook.ts';
import { createChalk } from '../report/index.ts';
import type { CallIo } from './command.ts';
import { readConfig } from './load-all.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import { taskTypeRegistry } from './task-types.ts';

/** Reports the problems that lint finds. Exit code 2 if there are any, 1 if a playbook does not load. */
export async function lintCommand(files: readonly string[], io: CallIo): Promise<number> {
  const absent = missingPlaybooks(files);
  if (absent.length > 0) return io.refuse(absent);
  const { config } = readConfig();
  const sources = createFiles();
  const chalk = createChalk(process.stdout, process.env);
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
  for (const diagnostic of found)
    process.stdout.write(
      `${formatDiagnostic(diagnostic, (file) => sources.readText(file), { colour: chalk.level > 0 })}\n`,
    );
  if (!loaded.ok) return 1;
  process.stdout.write(`${found.length === 0 ? 'nothing found' : `${found.length} found`}\n`);
  return found.length === 0 ? 0 : 2;
}
