import { dirname, resolve } from 'node:path';
import { createFiles } from '../language/files.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { lint } from '../language/lint.ts';
import { loadPlaybooks } from '../language/playbook.ts';
import { createChalk } from '../report/index.ts';
import { readConfig } from './load-all.ts';
import { taskTypeRegistry } from './task-types.ts';
import { readCommandLine, USAGE_ERROR } from './usage.ts';

const usage = `usage: run lint PLAYBOOK...

Reports what works and bites later: in playbooks, and in the roles and files that they bring in. No host is touched.
Exit codes: 0 nothing found, 1 a playbook does not load, 2 something found.`;

/** Tell the mistakes that bite later. Exit code 2 where there are any, 1 where a playbook does not load. */
export async function lintCommand(argv: readonly string[]): Promise<number> {
  const read = readCommandLine('lint', usage, {}, argv);
  if (typeof read === 'number') return read;
  const files = read.rest;
  if (files.length === 0) {
    process.stderr.write(`run lint: no playbook was given\n${usage}\n`);
    return USAGE_ERROR;
  }
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
