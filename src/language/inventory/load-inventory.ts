import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Result } from '../../core/source.ts';
import type { Host, Inventory } from '../model.ts';
import { copyDraft, type Draft, emptyDraft } from './draft.ts';
import { freeze } from './freeze.ts';
import { readHostList } from './host-list.ts';
import { type InventoryOptions, readPath } from './read-path.ts';
import { type VarsFolder, type VarsReader, varsReader } from './vars-folders.ts';

/** An inventory that remembers what it was built from, so that hosts, groups and variables can be added later. */
export interface LoadedInventory extends Inventory {
  /** The host for plays on `localhost` if no source names it. It is in no group, but gets the variables of `all`. */
  readonly localhost: Host;
  /** Strings from vault-encrypted files, to be masked. */
  readonly secrets: ReadonlySet<string>;
  readonly draft: Draft;
  readonly folders: readonly VarsFolder[];
  readonly options: InventoryOptions;
  readonly reader: VarsReader;
}

/** Loads an inventory from its sources: files, directories, executable scripts, lists such as `a,b,`. Reports all errors at once. */
export function loadInventory(sources: readonly string[], options: InventoryOptions = {}): Result<LoadedInventory> {
  const draft = emptyDraft(options.groupNames);
  const cwd = options.cwd ?? process.cwd();
  const read: string[] = [];
  const folders: VarsFolder[] = [];
  let parsed = false;
  for (const source of sources) {
    const path = resolve(cwd, source);
    const stat = statOf(path);
    if (stat) {
      folders.push({ path: stat.isDirectory() ? path : dirname(path), of: 'inventory' });
      parsed = readPath(draft, path, { options, folders }) || parsed;
    } else parsed = readHostList(draft, source, options) || parsed;
    read.push(stat ? path : source);
  }
  if (!parsed && sources.length > 0) noteNothingParsed(draft, options);
  return finish({ draft, folders, options, sources: read, reader: varsReader(options.vaultSecrets ?? []) });
}

/** As Ansible reports it if no source could be read. */
function noteNothingParsed({ notes }: Draft, { unparsed }: InventoryOptions): void {
  const code = 'inventory-unparsed';
  if (unparsed === 'error-if-all')
    notes.push({
      severity: 'error',
      code,
      message: 'No inventory was parsed, please check your configuration and options.',
    });
  if (unparsed === 'warning')
    notes.push({
      severity: 'warning',
      code,
      message: 'No inventory was parsed, only implicit localhost is available',
    });
}

/** A long list of hosts may exceed the maximum length of a file name. */
function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

/** The same inventory plus `group_vars` and `host_vars` next to the playbook. */
export function withPlaybookVars(inventory: LoadedInventory, playbookDir: string): Result<LoadedInventory> {
  const path = resolve(inventory.options.cwd ?? process.cwd(), playbookDir);
  const known = inventory.folders.some((folder) => folder.path === path && folder.of === 'playbook');
  return known
    ? { ok: true, value: inventory }
    : finish({ ...inventory, folders: [...inventory.folders, { path, of: 'playbook' }] });
}

/** Reads the inventory's sources again; drops what was added to it since. */
export function reloadInventory({ sources, options, folders }: LoadedInventory): Result<LoadedInventory> {
  const read = loadInventory(sources, options);
  if (!read.ok) return read;
  const beside = folders.filter(({ of }) => of === 'playbook').map(({ path }) => path);
  return beside.reduce<Result<LoadedInventory>>(
    (now, path) => (now.ok ? withPlaybookVars(now.value, path) : now),
    read,
  );
}

/** The same inventory after a change to its draft, as made by `add_host` and `group_by`. */
export function changeInventory(inventory: LoadedInventory, change: (draft: Draft) => void): Result<LoadedInventory> {
  const draft = copyDraft(inventory.draft);
  change(draft);
  return finish({ ...inventory, draft });
}

type Parts = Pick<LoadedInventory, 'draft' | 'folders' | 'options' | 'sources' | 'reader'>;

function finish({ draft, folders, options, sources, reader }: Parts): Result<LoadedInventory> {
  const frozen = freeze(draft, folders, reader);
  const notes = [...draft.notes.splice(0), ...reader.takeNotes()];
  if (notes.some(({ severity }) => severity === 'error')) return { ok: false, error: notes };
  const value = { ...frozen, sources, secrets: reader.secrets, draft, folders, options, reader };
  return { ok: true, value, warnings: notes };
}
