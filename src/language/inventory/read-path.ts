import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Result } from '../../core/source.ts';
import type { Value } from '../../core/value.ts';
import { defaultEnv, evaluateExpression, type Scope, TemplateError } from '../../template/index.ts';
import { loadYaml } from '../../yaml/load.ts';
import type { VaultSecret } from '../vault/vault.ts';
import { applyConstructed, type EvaluateExpression, isConstructed } from './constructed.ts';
import type { Draft, GroupNames } from './draft.ts';
import { readIniSource } from './ini-source.ts';
import { readSource } from './read-source.ts';
import { readScriptSource } from './script-source.ts';
import type { VarsFolder } from './vars-folders.ts';
import { readYamlSource } from './yaml-source.ts';

/** Options for loading an inventory. */
export interface InventoryOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly vaultSecrets?: readonly VaultSecret[];
  /** Extensions of files to skip in a directory. */
  readonly ignoreExtensions?: readonly string[];
  /** Regular expressions for file names to skip in a directory. */
  readonly ignorePatterns?: readonly string[];
  /** Evaluates the expressions of `constructed` sources; by default in an environment without secrets. */
  readonly evaluate?: EvaluateExpression;
  /** What to do with characters in group names that are not allowed in variable names (`force_valid_group_names`). */
  readonly groupNames?: GroupNames;
  /**
   * What to report about sources that are missing: an error, which is the default; or as Ansible does, also about empty directories, an
   * error for each, a warning for each, or one error if there is no other source.
   */
  readonly unparsed?: 'error' | 'warning' | 'error-if-all';
  /**
   * Ansible's plugin for lists of hosts on the command line: `host_list` takes each name as it is, `advanced_host_list` expands ranges and
   * warns about those that it cannot. By default, ranges are expanded, and a wrong one is an error.
   */
  readonly hostLists?: 'host_list' | 'advanced_host_list' | 'none';
}

/** Extensions of files in an inventory directory that are not inventories. */
const IGNORED_EXTENSIONS = [
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

/** The context of reading sources. */
interface Reading {
  readonly options: InventoryOptions;
  /** The directories of the sources so far. */
  readonly folders: readonly VarsFolder[];
}

/** Reads a file, or all files of a directory, into the draft. Returns whether there was a file to read. */
export function readPath(draft: Draft, path: string, reading: Reading): boolean {
  const { options } = reading;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    const names = readdirSync(path).filter((name) => isSource(name, options));
    if (names.length === 0 && options.unparsed !== undefined)
      noteUnparsed(draft, path, { reason: 'the directory is empty' }, options);
    return names.sort().filter((name) => readPath(draft, join(path, name), reading)).length > 0;
  }
  if (isScript(path)) readScriptSource(draft, path, options.env ?? process.env);
  else readFileSource(draft, path, reading);
  return true;
}

function isSource(
  name: string,
  { ignoreExtensions = IGNORED_EXTENSIONS, ignorePatterns = [] }: InventoryOptions,
): boolean {
  if (name.startsWith('.') || NOT_SOURCES.includes(name)) return false;
  if (ignoreExtensions.some((extension) => name.endsWith(extension))) return false;
  return !ignorePatterns.some((pattern) => new RegExp(pattern).test(name));
}

/** Reports a source that cannot be read. */
export function noteUnparsed(
  draft: Draft,
  source: string,
  { reason, hint }: { readonly reason: string; readonly hint?: string },
  { unparsed = 'error' }: InventoryOptions,
): void {
  draft.notes.push({
    severity: unparsed === 'error' ? 'error' : 'warning',
    code: 'inventory-unparsed',
    message: `Unable to parse ${source} as an inventory source: ${reason}`,
    ...(hint !== undefined && { hint }),
  });
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

// Without a known extension: a section's bracket means INI, a key with nothing after its colon means YAML.
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
