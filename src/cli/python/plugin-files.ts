import { join } from 'node:path';
import { pluginsIn, walkFiles } from './walk-files.ts';

/** The kinds of plugins in Python, by the names of their directories. */
type PluginKind = 'filter' | 'test' | 'lookup';

/** Where plugins in Python may be. */
export interface PluginPlaces {
  /** Directories of playbooks and roles, with `filter_plugins` and the like in them; the first one wins. */
  readonly folders: readonly string[];
  /** Directories from the configuration. */
  readonly configured: Readonly<Record<PluginKind, readonly string[]>>;
  /** Directories that contain `ansible_collections`. */
  readonly collections: readonly string[];
}

/** A file with plugins. */
export interface PluginFile {
  readonly kind: PluginKind;
  readonly file: string;
  /** The name under which Python imports it, if it belongs to a collection. */
  readonly module?: string;
}

/** Finds the files that may have the plugin of a name: a full name means a collection. */
export type FindPluginFiles = (name: string, kind: PluginKind) => readonly PluginFile[];

/** Lists each directory once, when it is needed. Roles may be added during a run. */
export function pluginFiles(places: () => PluginPlaces): FindPluginFiles {
  const listed = new Map<string, readonly PluginFile[]>();
  const remember = (key: string, list: () => readonly PluginFile[]): readonly PluginFile[] => {
    const files = listed.get(key) ?? list();
    listed.set(key, files);
    return files;
  };
  const unnamed = (kind: PluginKind): readonly PluginFile[] => {
    const { folders, configured } = places();
    return [
      ...folders.flatMap((folder) => remember(`${folder} ${kind}`, () => besides(folder, kind))),
      ...configured[kind].flatMap((folder) => remember(`${folder} ${kind} below`, () => pluginsBelow(folder, kind, 2))),
    ];
  };
  return (name, kind) => {
    const [, collection] = /^(\w+\.\w+)\.[\w.]+$/.exec(name) ?? [];
    if (collection === undefined) return unnamed(kind);
    return remember(`${collection} ${kind}`, () =>
      places().collections.flatMap((root) => inCollection(root, collection, kind)),
    );
  };
}

const besides = (folder: string, kind: PluginKind): readonly PluginFile[] =>
  pluginsBelow(join(folder, `${kind}_plugins`), kind, 0);

const inCollection = (root: string, collection: string, kind: PluginKind): readonly PluginFile[] =>
  pluginsBelow(pluginsIn(root, collection, kind), kind, 5).map((one) => ({
    ...one,
    module: moduleName(root, one.file),
  }));

const moduleName = (root: string, file: string): string =>
  file
    .slice(root.length + 1)
    .replace(/\.py$/, '')
    .replaceAll('/', '.');

/** As in Ansible, configured directories and those of collections may have plugins in directories below them. */
const pluginsBelow = (folder: string, kind: PluginKind, depth: number): readonly PluginFile[] =>
  walkFiles(folder, { depth, isWanted: isPlugin }).map((file) => ({ kind, file }));

const isPlugin = (name: string): boolean => name.endsWith('.py') && name !== '__init__.py' && !name.startsWith('.');
