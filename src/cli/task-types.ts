import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonical, taskTypes } from '../../tasks/index.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import type { TaskType } from '../core/task-type.ts';
import { importOwn, ownFiles, ownMistake } from './own-code.ts';
import { type ModulePlaces, moduleFiles } from './python/module-files.ts';
import { userModule } from './python/user-modules.ts';

/**
 * Finds task types by any of their names: the user's own in `tasks/` next to the playbooks (or in the `further` directories), the
 * built-in ones, and the user's modules for Ansible.
 */
export function taskTypeRegistry(
  folders: readonly string[],
  further: readonly string[],
  modules: () => ModulePlaces = () => ({ folders, configured: further, collections: [] }),
) {
  const loaded = new Map<string, TaskType>();
  const own = new Map<string, string>(
    [...folders.map((folder) => join(folder, 'tasks')), ...further]
      .map((place) => resolve(place))
      .filter((place) => place !== builtIn)
      .reverse() // the first folder wins
      .flatMap(ownFiles)
      .map((path) => [nameOf(path), path]),
  );

  const findModule = moduleFiles(modules);
  const moduleNamed = (name: string): TaskType | undefined => {
    const path = findModule(name);
    if (path !== undefined) loaded.set(name, userModule(name, path));
    return loaded.get(name);
  };
  const known = (name: string): TaskType | undefined =>
    loaded.get(name) ?? taskTypes[canonical(name) ?? ''] ?? moduleNamed(name);

  return {
    load: async (name: string): Promise<TaskType | undefined> => known(name),
    /** The type with a given name, if it has been loaded. */
    known,
    /** The names of all types, the user's first. */
    names: (): readonly string[] => [...own.keys(), ...Object.keys(taskTypes)],
    /** Loads the user's own types, which parameter checks need, and reports errors in them. */
    async loadOwn(): Promise<readonly Diagnostic[]> {
      const mine = await Promise.all([...own].map(async ([name, path]) => [name, await loadFile(path)] as const));
      for (const [name, type] of mine) if (type.ok) loaded.set(name, type.value);
      return mine.flatMap(([, type]) => (type.ok ? [] : type.error));
    },
  };
}

/** The directory of the built-in task types, which are in the registry already. */
const builtIn = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../tasks' : '../tasks', import.meta.url));

const nameOf = (path: string): string => basename(path).replace(/\.[jt]s$/, '');

async function loadFile(path: string): Promise<Result<TaskType>> {
  const loaded = await importOwn(path);
  if (!loaded.ok) return loaded;
  const type = loaded.value['default'] as TaskType | undefined;
  const wrong = mistakeIn(type, nameOf(path));
  return wrong === undefined ? { ok: true, value: type! } : { ok: false, error: [ownMistake(path, wrong)] };
}

/** The reason why a default export is not a task type. For types written in JavaScript, this is the only check. */
function mistakeIn(type: unknown, name: string): string | undefined {
  if (typeof type !== 'object' || type === null) return 'exports no task type: `export default defineTask({ … })`';
  const given = type as Readonly<Record<string, unknown>>;
  const kinds = { name: 'string', summary: 'string', params: 'object', plan: 'function', examples: 'object' };
  const lacking = Object.entries(kinds).find(([field, kind]) => typeof given[field] !== kind);
  if (lacking !== undefined) return `the task type has no \`${lacking[0]}\``;
  return given['name'] === name
    ? undefined
    : `the task type is named \`${String(given['name'])}\`, but its file is named \`${name}\`: tasks use the file name`;
}
