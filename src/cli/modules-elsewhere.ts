import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shortTypeName } from '../language/load/action.ts';

/** Where Debian's package `ansible` puts collections; Ansible looks there in addition to the configured directories. */
const PACKAGED = '/usr/lib/python3/dist-packages';

/** Whether Ansible has a module that is missing here: one of an installed collection, since all of its own are here. */
export const modulesElsewhere = (collectionsPath: readonly string[]): ((name: string) => boolean) => {
  const roots = [...collectionsPath, PACKAGED].map((root) => join(root, 'ansible_collections'));
  return (name) => roots.some((root) => isModuleIn(root, shortTypeName(name)));
};

/** A name without a collection is one that Ansible knows from the time before collections: it may be in any. */
function isModuleIn(root: string, name: string): boolean {
  const [namespace, collection, module] = name.split('.');
  const collections =
    namespace !== undefined && collection !== undefined
      ? [join(root, namespace, collection)]
      : foldersIn(root).flatMap(foldersIn);
  return collections.some((folder) => existsSync(join(folder, 'plugins/modules', `${module ?? name}.py`)));
}

/** The directories in a directory, and links, which may be some; none if it does not exist. */
function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [] : [join(path, entry.name)],
    );
  } catch {
    return [];
  }
}
