import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { editedNames, isEditedFolder } from '../../core/edited-files.ts';
import type { Diagnostic } from '../../core/source.ts';
import type { VarsLayer } from '../model.ts';
import { LEVELS, type Level } from '../variables/levels.ts';
import type { VaultSecret } from '../vault/vault.ts';
import { loadVarsFile, type VarsFile } from './vars-file.ts';

const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/** A directory with `group_vars` and `host_vars`: an inventory's, or the playbook's, which has higher precedence. */
export interface VarsFolder {
  readonly path: string;
  readonly of: 'inventory' | 'playbook';
}

/** Reads `group_vars` and `host_vars`, each file only once. */
export interface VarsReader {
  groupLayers(folder: VarsFolder, group: string): readonly VarsLayer[];
  hostLayers(folder: VarsFolder, host: string): readonly VarsLayer[];
  /** Returns the errors and warnings since the last call. */
  takeNotes(): readonly Diagnostic[];
  /** Strings from vault-encrypted files, to be masked. */
  readonly secrets: ReadonlySet<string>;
}

/** Creates a reader of `group_vars` and `host_vars` that decrypts with the given secrets. */
export function varsReader(vaultSecrets: readonly VaultSecret[]): VarsReader {
  const notes: Diagnostic[] = [];
  const secrets = new Set<string>();
  const listings = new Map<string, Listing>();
  const files = new Map<string, VarsFile | undefined>();
  const layers = new Map<string, readonly VarsLayer[]>();
  const load = (file: string): VarsFile | undefined => {
    const loaded = loadVarsFile(file, vaultSecrets);
    notes.push(...(loaded.ok ? (loaded.warnings ?? []) : loaded.error));
    if (loaded.ok) for (const text of loaded.value.secrets) secrets.add(text);
    return loaded.ok ? loaded.value : undefined;
  };
  const layer = (file: string, level: Level): readonly VarsLayer[] => {
    const known = files.has(file) ? files.get(file) : load(file);
    files.set(file, known);
    return known ? [{ level, from: file, vars: known.vars, ...(known.vaulted && { secret: true }) }] : [];
  };
  const read = (folder: VarsFolder, kind: 'group_vars' | 'host_vars', name: string, level: Level) => {
    const parent = join(folder.path, kind);
    const key = `${level} ${join(parent, name)}`;
    const known = layers.get(key) ?? findVarsFiles(parent, name, listings).flatMap((file) => layer(file, level));
    layers.set(key, known);
    return known;
  };
  return {
    groupLayers: (folder, group) => read(folder, 'group_vars', group, groupLevel(folder, group)),
    hostLayers: (folder, host) =>
      read(folder, 'host_vars', host, folder.of === 'inventory' ? LEVELS.inventoryHostVars : LEVELS.playbookHostVars),
    takeNotes: () => notes.splice(0),
    secrets,
  };
}

const GROUP_LEVELS = {
  inventory: { all: LEVELS.inventoryGroupVarsAll, group: LEVELS.inventoryGroupVars },
  playbook: { all: LEVELS.playbookGroupVarsAll, group: LEVELS.playbookGroupVars },
} as const;

const groupLevel = ({ of }: VarsFolder, group: string): Level => GROUP_LEVELS[of][group === 'all' ? 'all' : 'group'];

/** The names in a directory, sorted, and whether each is a directory: with thousands of files, asking for each takes longer than reading them. */
type Listing = ReadonlyMap<string, boolean>;

/** A group's or host's files in `group_vars` or `host_vars`: a single file of that name, or all files in a directory of that name. */
function findVarsFiles(parent: string, name: string, listings: Map<string, Listing>): readonly string[] {
  const listing = listings.get(parent) ?? listFolder(parent);
  listings.set(parent, listing);
  if (name.includes('/')) return [];
  const entry = EXTENSIONS.map((extension) => name + extension).find((candidate) => listing.has(candidate));
  if (entry === undefined) return [];
  const path = join(parent, entry);
  return listing.get(entry) === true ? filesBelow(path) : [path];
}

// Sorted by name, with subdirectories in their sorted position; skips hidden files and editor backups.
function filesBelow(folder: string): readonly string[] {
  return [...listFolder(folder)]
    .filter(([name]) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap(([name, isFolder]) => {
      const path = join(folder, name);
      if (isFolder) return filesBelow(path);
      return EXTENSIONS.includes(extname(name)) ? [path] : [];
    });
}

function listFolder(path: string): Listing {
  const entries = isFolderOnDisk(path) ? readdirSync(path, { withFileTypes: true }) : [];
  const names = new Map(
    entries.map((entry): [string, boolean] => [
      entry.name,
      entry.isDirectory() || (!entry.isFile() && isFolderOnDisk(join(path, entry.name))),
    ]),
  );
  for (const name of editedNames(path)) names.set(name, names.get(name) ?? isEditedFolder(join(path, name)));
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isFolderOnDisk = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
