import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { Loading } from './loading.ts';

/** The directory of a role that was found. */
interface RolePlace {
  readonly name: string;
  readonly path: string;
}

/** Directories to search for a role. */
interface RoleSearch {
  readonly found?: RolePlace;
  readonly searched: readonly string[];
}

/** Where to look: next to the playbook, next to the requesting role, in the collections in effect. */
export interface RolePlaces {
  readonly playbookFolder: string;
  readonly beside?: string;
  readonly collections: readonly string[];
}

/** Finds a role by name, by path, or by its full name in a collection. */
export function findRole(loading: Loading, name: string, places: RolePlaces): RoleSearch {
  const { playbookFolder, beside } = places;
  const full = /^\w+\.\w+\.[\w.]+$/.test(name) ? [name] : [];
  const inCollections = /^[\w.]+$/.test(name) ? places.collections.map((collection) => `${collection}.${name}`) : [];
  for (const candidate of [...full, ...inCollections]) {
    const search = findInCollections(loading, candidate, playbookFolder);
    if (search.found !== undefined) return search;
  }
  const folders = [
    join(playbookFolder, 'roles'),
    ...(loading.options.rolesPath ?? []).map((folder) => resolve(folder)),
    ...(beside === undefined ? [] : [beside]),
    playbookFolder,
  ];
  const path = folders.map((folder) => join(folder, name)).find(loading.files.isDirectory);
  if (path !== undefined) return { found: { name, path }, searched: folders };
  const direct = isAbsolute(name) && loading.files.isDirectory(name);
  return direct ? { found: { name: basename(name), path: name }, searched: folders } : { searched: folders };
}

function findInCollections(loading: Loading, name: string, playbookFolder: string): RoleSearch {
  const [namespace = '', collection = '', ...role] = name.split('.');
  const roots = [join(playbookFolder, 'collections'), ...(loading.options.collectionsPath ?? [])];
  const folders = roots.map((root) => join(root, 'ansible_collections', namespace, collection, 'roles'));
  const path = folders.map((folder) => join(folder, ...role)).find(loading.files.isDirectory);
  return path === undefined ? { searched: folders } : { found: { name, path }, searched: folders };
}

const extensions = ['.yml', '.yaml', '.json'];

/** The file with a role's tasks, handlers or metadata: `main`, or another file requested by name. */
export function roleFile(loading: Loading, path: string, folder: string, name = 'main'): string | undefined {
  const base = join(path, folder, name);
  const candidates =
    name === 'main'
      ? [...extensions.map((ending) => base + ending), base]
      : [base, ...extensions.map((ending) => base + ending)];
  return candidates.find((candidate) => candidate.startsWith(`${path}/`) && loading.files.isFile(candidate));
}

/** A role's variable files: a single one, or all files in a directory of that name, in order. */
export function roleVarsFiles(
  loading: Loading,
  path: string,
  folder: 'defaults' | 'vars',
  name = 'main',
): readonly string[] {
  const base = join(path, folder, name);
  if (loading.files.isDirectory(base)) return filesBelow(loading, base);
  const file = [base, ...extensions.map((ending) => base + ending)].find(loading.files.isFile);
  return file === undefined ? [] : [file];
}

function filesBelow(loading: Loading, folder: string): string[] {
  const names = loading.files.list(folder).filter((name) => !name.startsWith('.') && !name.endsWith('~'));
  const paths = names.map((name) => join(folder, name));
  const files = paths.filter((path) => loading.files.isFile(path) && ['', ...extensions].includes(extname(path)));
  return [...files, ...paths.filter(loading.files.isDirectory).flatMap((path) => filesBelow(loading, path))];
}

/** The directory that contains a role's directory, where its sibling roles are. */
export const besideRole = (path: string): string => dirname(path);
