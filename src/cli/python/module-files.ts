import { join } from 'node:path';
import { pluginsIn, walkFiles } from './walk-files.ts';

/** Where modules that users wrote for Ansible may be. */
export interface ModulePlaces {
  /** Directories of playbooks and roles, with `library` in them; the first one wins. */
  readonly folders: readonly string[];
  /** Directories from the configuration and the command line. */
  readonly configured: readonly string[];
  /** Directories that contain `ansible_collections`. */
  readonly collections: readonly string[];
}

/** Finds the file of a module by its short name, or by its full name in a collection. Lists each directory once, when it is needed. */
export function moduleFiles(places: () => ModulePlaces): (name: string) => string | undefined {
  const listed = new Map<string, ReadonlyMap<string, string>>();
  const modulesBelow = (folder: string, depth: number): ReadonlyMap<string, string> => {
    const known = listed.get(folder) ?? new Map(modulesIn(folder, depth).toReversed().map(named));
    listed.set(folder, known);
    return known;
  };
  return (name) => {
    const [, collection, last = name] = /^(\w+\.\w+)\.(\w+)$/.exec(name) ?? [];
    const { folders, configured, collections } = places();
    const all =
      collection === undefined || collection === 'ansible.legacy'
        ? [
            ...folders.map((folder) => [join(folder, 'library'), 0] as const),
            ...configured.map((one) => [one, 2] as const),
          ]
        : collections.map((root) => [pluginsIn(root, collection, 'modules'), 5] as const);
    for (const [folder, depth] of all) {
      const found = modulesBelow(folder, depth).get(last);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

const named = (file: string): [string, string] => [file.replace(/^.*\//, '').replace(/\.\w+$/, ''), file];

/** Files that are no modules: documentation, data, what editors and Python leave behind, and modules for Windows. */
const NO_MODULE = /^\.|^__init__|~$|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|yaml|yml|json|ini|ts|js|ps1|psm1)$/;

// As in Ansible, configured directories and those of collections may have modules in directories below them.
const modulesIn = (folder: string, depth: number): readonly string[] => {
  const isWanted = (name: string): boolean => !NO_MODULE.test(name);
  return walkFiles(folder, { depth, isWanted, isEntered: isWanted });
};
