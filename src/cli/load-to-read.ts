import { dirname, resolve } from 'node:path';
import type { TaskType } from '../core/task-type.ts';
import { createFiles } from '../language/files.ts';
import { loadPlaybooks } from '../language/playbook.ts';
import type { CallIo } from './command.ts';
import { readConfig } from './load-all.ts';
import { missingPlaybooks } from './missing-playbooks.ts';
import { taskTypeRegistry } from './task-types.ts';

/** Playbooks that are only read: without inventory, vault passwords or hosts. */
interface ReadPlaybooks {
  readonly loaded: ReturnType<typeof loadPlaybooks>;
  /** The text of a file, for excerpts. */
  readonly readFile: (file: string) => string | undefined;
  readonly known: (name: string) => TaskType | undefined;
}

/** Loads playbooks to be read. Returns the exit code if one is not there. */
export async function loadToRead(files: readonly string[], io: CallIo): Promise<ReadPlaybooks | number> {
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
  return { loaded, readFile: (file) => sources.readText(file), known: registry.known };
}
