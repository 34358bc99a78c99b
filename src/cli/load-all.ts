import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Happening } from '../core/event.ts';
import type { DynamicLoader, Playbook, Vars, VarsLayer } from '../core/model.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Connector } from '../core/session.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { isDict, type Raw, type Value } from '../core/value.ts';
import type { RunContext, RunOptions } from '../engine/run-context.ts';
import { createFiles } from '../language/files.ts';
import {
  type LoadedInventory,
  loadInventory,
  loadVarsFile,
  textsIn,
  withPlaybookVars,
} from '../language/inventory/index.ts';
import { createDynamicLoader, loadPlaybooks } from '../language/playbook.ts';
import { loadVaultSecrets } from '../language/vault/secrets.ts';
import { type VaultSecret, vaultOpener } from '../language/vault/vault.ts';
import { parseJsonOrYaml } from '../language/yaml/index.ts';
import { defaultEnv, evaluateExpression, type Scope, TemplateError } from '../template/index.ts';
import { splitKeyValues } from './key-values.ts';
import type { Parsed } from './options.ts';
import { verbosityOf } from './play-command.ts';
import { ask, askSecret } from './prompt.ts';
import { taskTypeRegistry } from './task-types.ts';

/** What loading is given by the command. */
export interface Loading {
  readonly secrets: Secrets;
  readonly emit: (event: Happening) => void;
  readonly connector: Connector;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** Everything that a run needs; or, where only a list was asked for, that. */
export interface Loaded {
  readonly context: RunContext;
  readonly playbooks: readonly Playbook[];
  readonly listing?: string;
}

/** From the command line to a run that could begin: configuration, secrets, inventory, playbooks, task types. No host is touched. */
export async function loadAll(parsed: Parsed, loading: Loading): Promise<Result<Loaded>> {
  const { secrets } = loading;
  const passwords = await loadVaultSecrets(vaultSources(parsed), { cwd: process.cwd(), env: process.env, askSecret });
  if (!passwords.ok) return passwords;
  const extra = extraVars(parsed, passwords.value);
  if (!extra.ok) return extra;
  const inventory = loadInventory(inventorySources(parsed), {
    cwd: process.cwd(),
    env: process.env,
    vaultSecrets: passwords.value,
    evaluate: evaluateWith,
  });
  const playbookFiles = parsed.rest;
  const directory = dirname(resolve(playbookFiles[0]!));
  const open = vaultOpener(passwords.value);
  const decrypt = (vaulted: Parameters<typeof open>[0]): string => {
    const opened = open(vaulted);
    if (!opened.ok)
      throw new TemplateError(opened.error[0]!.message, 'vault', opened.error[0]!.at, opened.error[0]!.hint);
    secrets.add(opened.value);
    return opened.value;
  };
  const registry = taskTypeRegistry(
    playbookFiles.map((file) => dirname(resolve(file))),
    parsed.values.get('module-path') ?? [],
  );
  const files = createFiles();
  const options = { files, extraVars: extra.value.vars, taskType: registry.known, decrypt, rolesPath: rolesPath() };
  await registry.loadAll();
  const playbooks = loadPlaybooks(playbookFiles, options);
  const wrong = [inventory, playbooks].flatMap((result) => (result.ok ? [] : result.error));
  if (!inventory.ok || !playbooks.ok) return { ok: false, error: wrong };
  const hosts = withPlaybookVars(inventory.value, directory);
  if (!hosts.ok) return hosts;
  for (const secret of hosts.value.secrets) secrets.add(secret);
  const context = contextOf(
    parsed,
    loading,
    hosts.value,
    createDynamicLoader(options),
    extra.value,
    await runOptions(parsed),
    decrypt,
    registry,
    directory,
    passwords.value,
  );
  return {
    ok: true,
    value: { context, playbooks: playbooks.value },
    warnings: [...(inventory.warnings ?? []), ...(playbooks.warnings ?? [])],
  };
}

function evaluateWith(source: string, scope: Scope): Result<Value> {
  try {
    return { ok: true, value: evaluateExpression(source, undefined, scope, defaultEnv()) };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: [error.diagnostic] };
    throw error;
  }
}

function contextOf(
  parsed: Parsed,
  loading: Loading,
  inventory: LoadedInventory,
  loader: DynamicLoader,
  extra: VarsLayer,
  options: RunOptions,
  decrypt: (vaulted: Parameters<ReturnType<typeof vaultOpener>>[0]) => string,
  registry: ReturnType<typeof taskTypeRegistry>,
  directory: string,
  vaultSecrets: readonly VaultSecret[],
): RunContext {
  const { emit, signal, connector, secrets } = loading;
  return {
    inventory,
    loader: { ...loader, vars: (path) => varsOf(path, vaultSecrets, secrets) },
    connector,
    options,
    extra,
    secrets,
    emit,
    signal,
    runFacts: {
      checkMode: options.check,
      diffMode: options.diff,
      verbosity: verbosityOf(parsed),
      forks: options.forks,
      runTags: options.tags.length === 0 ? ['all'] : options.tags,
      skipTags: options.skipTags,
      playbookDir: directory,
      limit: options.limit,
    },
    env: (searchPath) =>
      defaultEnv({
        decrypt,
        searchPath: (kind) => searchPath.flatMap((folder) => [join(folder, kind), folder]),
        folder: directory,
        warn: (message) => emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'template', message } }),
      }),
    taskType: registry.load,
    loadedType: registry.known,
  };
}

function varsOf(path: string, vaultSecrets: readonly VaultSecret[], secrets: Secrets): Result<Vars> {
  const loaded = loadVarsFile(path, vaultSecrets);
  if (!loaded.ok) return loaded;
  if (loaded.value.vaulted)
    for (const { value } of loaded.value.vars.values()) for (const text of textsIn(value)) secrets.add(text);
  return { ok: true, value: loaded.value.vars };
}

const listed = (parsed: Parsed, name: string): string[] =>
  (parsed.values.get(name) ?? [])
    .flatMap((tags) => tags.split(',').map((tag) => tag.trim()))
    .filter((tag) => tag !== '');

async function runOptions(parsed: Parsed): Promise<RunOptions> {
  const one = (name: string): string | undefined => parsed.values.get(name)?.at(-1);
  const has = (name: string): boolean => parsed.flags.has(name);
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const password = has('ask-pass') ? await askSecret('SSH password: ') : fileText(one('connection-password-file'));
  const becomePassword = has('ask-become-pass')
    ? await askSecret(`BECOME password${password === undefined ? '' : '[defaults to SSH password]'}: `)
    : fileText(one('become-password-file'));
  return {
    check: has('check'),
    diff: has('diff'),
    forks: Number(one('forks') ?? 50),
    tags: listed(parsed, 'tags'),
    skipTags: listed(parsed, 'skip-tags'),
    limit: parsed.values.get('limit')?.join(','),
    startAtTask: one('start-at-task'),
    step: has('step') ? stepper() : undefined,
    forceHandlers: has('force-handlers'),
    anyErrorsFatal: false,
    interactive,
    prompt: (question, { echo }) => (echo ? ask(question) : askSecret(question)),
    connection: {
      user: one('user'),
      password,
      privateKeyFile: one('private-key'),
      connection: one('connection'),
      become: has('become') ? true : undefined,
      becomeUser: one('become-user'),
      becomeMethod: one('become-method'),
      becomePassword: becomePassword === '' ? password : becomePassword,
      hostKeyChecking: true,
      connectTimeoutMs: Number(one('timeout') ?? 10) * 1000,
    },
    hashBehaviour: 'replace',
    gathering: 'implicit',
  };
}

const stepper = () => async (task: string) => {
  const answer = (await ask(`Perform task: ${task} (N)o/(y)es/(c)ontinue: `)).trim().toLowerCase();
  return answer.startsWith('y') ? ('yes' as const) : answer.startsWith('c') ? ('continue' as const) : ('no' as const);
};

const fileText = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : readFileSync(path, 'utf8').replace(/\r?\n$/, '');

function vaultSources(parsed: Parsed) {
  const files = parsed.values.get('vault-password-file') ?? [];
  const fromEnv = process.env['ANSIBLE_VAULT_PASSWORD_FILE'];
  return {
    vaultIds: parsed.values.get('vault-id') ?? [],
    passwordFiles: files.length === 0 && fromEnv !== undefined ? [fromEnv] : files,
    ask: parsed.flags.has('ask-vault-pass'),
  };
}

/** The inventory that was given, or the one beside the playbook. */
function inventorySources(parsed: Parsed): readonly string[] {
  const given = parsed.values.get('inventory');
  if (given !== undefined) return given;
  const directory = dirname(resolve(parsed.rest[0]!));
  if (parsed.flags.has('lab')) return [join(dirname(directory), 'inventory', 'lab.yaml')];
  const fromEnv = process.env['ANSIBLE_INVENTORY'];
  if (fromEnv !== undefined && fromEnv !== '') return fromEnv.split(',');
  const near = [
    'inventory/production.yaml',
    'inventory.yaml',
    'inventory.yml',
    'inventory.ini',
    'inventory',
    'hosts.yaml',
    'hosts.yml',
    'hosts',
  ];
  const found = [directory, dirname(directory)]
    .flatMap((folder) => near.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  return found === undefined ? ['localhost,'] : [found];
}

const rolesPath = (): readonly string[] => {
  const home = process.env['HOME'] ?? '/root';
  const given = process.env['ANSIBLE_ROLES_PATH'];
  return given === undefined
    ? [`${home}/.ansible/roles`, '/usr/share/ansible/roles', '/etc/ansible/roles']
    : given.split(':').map((path) => resolve(path.replace(/^~(?=\/)/, home)));
};

/** `-e`: `@file`, YAML or JSON, or `k=v` words. */
function extraVars(parsed: Parsed, vaultSecrets: readonly VaultSecret[]): Result<VarsLayer> {
  const vars = new Map<string, { value: Raw }>();
  const wrong: Diagnostic[] = [];
  for (const given of parsed.values.get('extra-vars') ?? []) {
    const read = readExtra(given, vaultSecrets);
    if (read.ok) for (const [name, entry] of read.value) vars.set(name, entry);
    else wrong.push(...read.error);
  }
  return wrong.length > 0
    ? { ok: false, error: wrong }
    : { ok: true, value: { level: 22, from: 'extra vars (-e)', vars } };
}

function readExtra(given: string, vaultSecrets: readonly VaultSecret[]): Result<Vars> {
  if (given.startsWith('@')) {
    const path = given.slice(1);
    const full = isAbsolute(path) ? path : resolve(path);
    if (statSync(full, { throwIfNoEntry: false }) === undefined)
      return {
        ok: false,
        error: [{ severity: 'error', code: 'missing-file', message: `the file ${path} given with -e was not found` }],
      };
    const loaded = loadVarsFile(full, vaultSecrets);
    return loaded.ok ? { ok: true, value: loaded.value.vars } : loaded;
  }
  if (!/^\s*[{[]/.test(given) && given.includes('=')) return { ok: true, value: splitKeyValues(given) };
  const parsed = parseJsonOrYaml(given);
  if (!parsed.ok) return parsed;
  if (!isDict(parsed.value))
    return {
      ok: false,
      error: [
        {
          severity: 'error',
          code: 'extra-vars',
          message: `-e needs variables: k=v, YAML, JSON or @file; found \`${given}\``,
        },
      ],
    };
  return {
    ok: true,
    value: new Map([...(parsed.value as Map<Value, Raw>)].map(([name, value]) => [String(name), { value }])),
  };
}
