import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import type { Host, Inventory } from '../../core/model.ts';
import type { Result } from '../../core/source.ts';
import type { Value } from '../../core/value.ts';
import { defaultEnv, evaluateExpression, type Scope, TemplateError } from '../../template/index.ts';
import type { VaultSecret } from '../vault/vault.ts';
import { loadYaml } from '../yaml/load.ts';
import { addHosts } from './add-hosts.ts';
import { applyConstructed, type EvaluateExpression, isConstructed } from './constructed.ts';
import { copyDraft, type Draft, emptyDraft } from './draft.ts';
import { freeze } from './freeze.ts';
import { readIniSource } from './ini-source.ts';
import { readSource } from './read-source.ts';
import { readScriptSource } from './script-source.ts';
import { type VarsFolder, varsReader } from './vars-folders.ts';
import { readYamlSource } from './yaml-source.ts';

/** What loading an inventory depends on. */
export interface InventoryOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly vaultSecrets?: readonly VaultSecret[];
  /** Endings of files that a folder's listing leaves out. */
  readonly ignoreExtensions?: readonly string[];
  /** Regular expressions of names that a folder's listing leaves out. */
  readonly ignorePatterns?: readonly string[];
  /** Evaluates the expressions of `constructed` sources; with an environment of no secrets where not given. */
  readonly evaluate?: EvaluateExpression;
  /** What a source that is not there is; an error where nothing else is said. */
  readonly missing?: 'error' | 'warning';
}

/** An inventory that knows what it was made of, so that hosts, groups and variables can be added later. */
export interface LoadedInventory extends Inventory {
  /** For plays on `localhost` where no source names it; in no group, but with what is said of `all`. */
  readonly localhost: Host;
  /** Texts from files under Ansible Vault, to be masked. */
  readonly secrets: ReadonlySet<string>;
  readonly draft: Draft;
  readonly folders: readonly VarsFolder[];
  readonly options: InventoryOptions;
}

export const IGNORED_EXTENSIONS = [
  '.pyc',
  '.pyo',
  '.swp',
  '.bak',
  '~',
  '.rpm',
  '.md',
  '.txt',
  '.rst',
  '.orig',
  '.ini',
  '.cfg',
  '.retry',
];
const NOT_SOURCES = ['group_vars', 'host_vars', 'vars_plugins'];

/** Loads an inventory from its sources: files, folders, executable scripts, lists as `a,b,`. All mistakes are told at once. */
export function loadInventory(sources: readonly string[], options: InventoryOptions = {}): Result<LoadedInventory> {
  const draft = emptyDraft();
  const cwd = options.cwd ?? process.cwd();
  const read: string[] = [];
  const folders: VarsFolder[] = [];
  for (const source of sources) {
    const path = resolve(cwd, source);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat && source.includes(',')) readHostList(draft, source);
    else if (!stat) missing(draft, source, options);
    else {
      folders.push({ path: stat.isDirectory() ? path : dirname(path), of: 'inventory' });
      readPath(draft, path, { options, folders });
    }
    read.push(stat ? path : source);
  }
  return finish({ draft, folders, options, sources: read });
}

/** The same inventory with `group_vars` and `host_vars` beside the playbook. */
export function withPlaybookVars(inventory: LoadedInventory, playbookDir: string): Result<LoadedInventory> {
  const path = resolve(inventory.options.cwd ?? process.cwd(), playbookDir);
  const known = inventory.folders.some((folder) => folder.path === path && folder.of === 'playbook');
  return known
    ? { ok: true, value: inventory }
    : finish({ ...inventory, folders: [...inventory.folders, { path, of: 'playbook' }] });
}

/** The same inventory after a change to its draft: what `add_host` and `group_by` do. */
export function changeInventory(inventory: LoadedInventory, change: (draft: Draft) => void): Result<LoadedInventory> {
  const draft = copyDraft(inventory.draft);
  change(draft);
  return finish({ ...inventory, draft });
}

type Parts = Pick<LoadedInventory, 'draft' | 'folders' | 'options' | 'sources'>;

function finish({ draft, folders, options, sources }: Parts): Result<LoadedInventory> {
  const reader = varsReader(options.vaultSecrets ?? []);
  const frozen = freeze(draft, folders, reader);
  const notes = [...draft.notes, ...reader.notes];
  if (notes.some(({ severity }) => severity === 'error')) return { ok: false, error: notes };
  return { ok: true, value: { ...frozen, sources, secrets: reader.secrets, draft, folders, options }, warnings: notes };
}

function readHostList(draft: Draft, list: string): void {
  const names = list.split(',').map((name) => name.trim());
  for (const written of names.filter((name) => name !== ''))
    addHosts(draft, { written, group: 'ungrouped', vars: new Map() });
}

function missing(draft: Draft, source: string, options: InventoryOptions): void {
  const message = `Unable to parse ${source} as an inventory source: there is no such file or folder`;
  draft.notes.push({
    severity: options.missing ?? 'error',
    code: 'inventory-missing',
    message,
    hint: 'a list of hosts needs a comma: "host,"',
  });
}

interface Reading {
  readonly options: InventoryOptions;
  /** The sources' folders so far. */
  readonly folders: readonly VarsFolder[];
}

function readPath(draft: Draft, path: string, reading: Reading): void {
  const { options } = reading;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    for (const name of readdirSync(path).sort())
      if (isSource(name, options)) readPath(draft, join(path, name), reading);
  } else if (isScript(path)) readScriptSource(draft, path, options.env ?? process.env);
  else readFileSource(draft, path, reading);
}

function isSource(
  name: string,
  { ignoreExtensions = IGNORED_EXTENSIONS, ignorePatterns = [] }: InventoryOptions,
): boolean {
  if (name.startsWith('.') || NOT_SOURCES.includes(name)) return false;
  if (ignoreExtensions.some((extension) => name.endsWith(extension))) return false;
  return !ignorePatterns.some((pattern) => new RegExp(pattern).test(name));
}

function readFileSource(draft: Draft, path: string, { options, folders }: Reading): void {
  const source = readSource(path, options.vaultSecrets ?? []);
  if (!source.ok) {
    draft.notes.push(...source.error);
    return;
  }
  const { text } = source.value;
  if (!isYaml(path, text)) {
    readIniSource(draft, text, path);
    return;
  }
  const yaml = loadYaml(text, path);
  draft.notes.push(...(yaml.ok ? (yaml.warnings ?? []) : yaml.error));
  if (!yaml.ok) return;
  const root = yaml.value.value;
  if (isConstructed(root)) applyConstructed(draft, root, path, { evaluate: options.evaluate ?? evaluateHere, folders });
  else readYamlSource(draft, root, path);
}

function evaluateHere(source: string, scope: Scope): Result<Value> {
  try {
    return { ok: true, value: evaluateExpression(source, undefined, scope, defaultEnv()) };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: [error.diagnostic] };
    throw error;
  }
}

// Where no ending tells: a section's bracket means INI, a key with nothing behind its colon YAML.
function isYaml(path: string, text: string): boolean {
  if (['.yml', '.yaml', '.json'].includes(extname(path))) return true;
  if (extname(path) === '.ini' || /^\[/m.test(text)) return false;
  return /^(---|\{|[^\s#;=]+:\s*(#.*)?$)/m.test(text);
}

function isScript(path: string): boolean {
  if (!isExecutable(path)) return false;
  const start = readStart(path, 4);
  return start.startsWith('#!') || start === '\x7fELF';
}

function isExecutable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
}

function readStart(path: string, length: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
