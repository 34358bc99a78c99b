import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isDict, type Raw } from '../../../src/core/value.ts';
import { loadYaml } from '../../../src/yaml/load.ts';

/** What kind of file in a playbook repository it is. */
export type FileKind = 'playbook' | 'tasks' | 'handlers' | 'vars' | 'yaml' | 'template';

/** A file of a corpus. */
export interface CorpusFile {
  readonly path: string;
  readonly kind: FileKind;
  /** The directory of the role it belongs to. */
  readonly role?: string;
}

/** All YAML files and templates below a directory, with their kinds. */
export function findFiles(root: string): readonly CorpusFile[] {
  return filesBelow(root).flatMap((path) => {
    if (/\.j2(\.\w+)?$/.test(path)) return [{ path, kind: 'template' as const }];
    return /\.ya?ml$/.test(path) ? [yamlFile(root, path)] : [];
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === '.git' ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function yamlFile(root: string, path: string): CorpusFile {
  const folders = relative(root, dirname(path)).split('/');
  const at = folders.findLastIndex((name) => folderKinds[name] !== undefined);
  const role = at < 0 ? undefined : join(root, ...folders.slice(0, at));
  const special = folders.find(notForTheLoader);
  if (special === 'templates') return { path, kind: 'template' };
  const kind = special === undefined ? kindOf(path, folders[at]) : 'yaml';
  const inRole = role !== undefined && isRole(role);
  return kind === 'yaml' || !inRole ? { path, kind } : { path, kind, role };
}

const notForTheLoader = (folder: string): boolean =>
  folder === 'files' || folder === 'templates' || folder.startsWith('.');

const folderKinds: Readonly<Record<string, FileKind>> = {
  tasks: 'tasks',
  handlers: 'handlers',
  defaults: 'vars',
  vars: 'vars',
  group_vars: 'vars',
  host_vars: 'vars',
};

// The directory says what a file should be; its content says whether it is.
function kindOf(path: string, folder: string | undefined): FileKind {
  const expected = folderKinds[folder ?? ''];
  if (expected === 'vars') return 'vars';
  const shape = shapeOf(path);
  if (shape === 'galaxy') return 'yaml';
  if (shape === 'playbook') return 'playbook';
  if (shape === 'tasks') return expected ?? 'tasks';
  return shape === 'other' ? 'yaml' : (expected ?? 'yaml');
}

function shapeOf(path: string): 'playbook' | 'tasks' | 'dicts' | 'galaxy' | 'other' | 'broken' {
  const loaded = loadYaml(readFileSync(path, 'utf8'), basename(path));
  if (!loaded.ok) return 'broken';
  const { value } = loaded.value;
  const dicts = Array.isArray(value) ? (value as readonly Raw[]).filter(isDict) : [];
  if (!Array.isArray(value) || dicts.length === 0 || dicts.length < value.length) return 'other';
  if (dicts.some((dict) => dict.has('src') && dict.has('name'))) return 'other';
  if (/^requirements\b/.test(basename(path)) && dicts.every(isForGalaxy)) return 'galaxy';
  const all = (keys: readonly string[]) => dicts.every((dict) => keys.some((key) => dict.has(key)));
  if (all(['hosts', 'import_playbook', 'ansible.builtin.import_playbook'])) return 'playbook';
  return all(taskLike) ? 'tasks' : 'dicts';
}

/** Whether it names a role to install: `ansible-galaxy` reads such files, not `ansible-playbook`. */
const isForGalaxy = (dict: ReadonlyMap<unknown, unknown>): boolean =>
  [...dict.keys()].every((key) => ['name', 'src', 'version', 'scm'].includes(String(key)));

/** Keys of which every task has at least one, whatever its type. */
const taskLike = [
  'name block when tags include_tasks import_tasks include_role import_role include meta set_fact debug fail assert',
  'command shell file copy template service apt register with_items loop',
].flatMap((line) => line.split(' '));

function isRole(folder: string): boolean {
  const names = readdirSync(folder);
  return (
    names.includes('tasks') &&
    ['meta', 'defaults', 'templates', 'vars', 'handlers'].some((name) => names.includes(name))
  );
}
