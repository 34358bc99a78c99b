import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canonical, taskTypes } from '../../tasks/index.ts';
import type { TaskType } from '../core/task-type.ts';

/** Finds task types by any of their names: the built-in ones, and files in `tasks/` beside the playbooks. */
export function taskTypeRegistry(folders: readonly string[], further: readonly string[]) {
  const loaded = new Map<string, TaskType>();
  const places = [...folders.map((folder) => join(folder, 'tasks')), ...further];

  async function load(name: string): Promise<TaskType | undefined> {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const type = await find(name, places);
    if (type !== undefined) loaded.set(name, type);
    return type;
  }

  return {
    load,
    /** The type of a name, where it has been loaded. */
    known: (name: string): TaskType | undefined => loaded.get(name) ?? loaded.get(canonical(name) ?? ''),
    /** Load every built-in type: what checks of parameters need. */
    async loadAll(): Promise<void> {
      await Promise.all(Object.keys(taskTypes).map(load));
    },
  };
}

async function find(name: string, places: readonly string[]): Promise<TaskType | undefined> {
  const own = places
    .flatMap((place) => [join(place, `${name}.ts`), join(place, `${name}.js`)])
    .find((path) => existsSync(path));
  if (own !== undefined) return loadFile(own);
  const full = canonical(name);
  return full === undefined ? undefined : taskTypes[full];
}

/** A user's own type: TypeScript where Node strips types by itself, else through jiti. */
async function loadFile(path: string): Promise<TaskType> {
  if (path.endsWith('.js') || stripsTypes)
    return ((await import(pathToFileURL(path).href)) as { default: TaskType }).default;
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url).import<TaskType>(path, { default: true });
}

/** Node 22.18 and newer read TypeScript by themselves. */
const stripsTypes = 'typescript' in process.features && process.features.typescript !== false;
