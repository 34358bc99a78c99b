import { dirname, join, resolve } from 'node:path';
import type { EventData } from '../core/event.ts';
import { must } from '../core/must.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Connector } from '../core/session.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import type { Value, Vaulted } from '../core/value.ts';
import { jsonFactCache } from '../engine/host/fact-cache.ts';
import type { RunContext } from '../engine/variables/run-context.ts';
import { labInventoryPath } from '../lab/paths.ts';
import { type Config, loadConfig, type Origins } from '../language/config/index.ts';
import { createFiles, type Files } from '../language/files.ts';
import {
  configuredOptions,
  type LoadedInventory,
  loadInventory,
  loadVarsFile,
  textsIn,
  withPlaybookVars,
} from '../language/inventory/index.ts';
import type { Playbook, Vars } from '../language/model.ts';
import { createDynamicLoader, loadPlaybooks } from '../language/playbook.ts';
import { extraLayer } from '../language/variables/extra-vars.ts';
import { loadVaultSecrets } from '../language/vault/secrets.ts';
import { type VaultSecret, vaultOpener } from '../language/vault/vault.ts';
import { defaultEnv, evaluateExpression, type Scope, TemplateError } from '../template/index.ts';
import type { Face } from './face.ts';
import { inventorySources } from './inventory-sources.ts';
import { modulesElsewhere } from './modules-elsewhere.ts';
import type { Parsed } from './options.ts';
import { loadOwnPlugins, type OwnPlugins } from './own-plugins.ts';
import { collectionRoots, withPython } from './plugins-of.ts';
import { askSecret } from './prompt.ts';
import { keywordsOf, runOptionsOf, verbosityOf } from './run-options.ts';
import { taskTypeRegistry } from './task-types.ts';
import { templateEnvs } from './template-env.ts';

/** The input for loading. */
interface Given {
  readonly parsed: Parsed;
  readonly face: Face;
  /** Playbooks that are not files, by the name used in place of a path. */
  readonly texts: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly origins: Origins;
  readonly secrets: Secrets;
  readonly emit: (event: EventData) => void;
  readonly connector: Connector;
  readonly signal: AbortSignal;
  /** What was loaded before: whatever a person was asked for then is not asked for again. */
  readonly before?: Loaded;
}

/** Everything a run needs. */
export interface Loaded {
  readonly context: RunContext;
  readonly inventory: LoadedInventory;
  readonly playbooks: readonly Playbook[];
  readonly files: Files;
  /** The text of every file that the loader has read so far, by its path. */
  readonly read: ReadonlyMap<string, string>;
  readonly decrypt: (vaulted: Vaulted) => string;
  /** The vault passwords that were given. */
  readonly passwords: readonly VaultSecret[];
  /** The names of all task types, for suggestions. */
  readonly typeNames: readonly string[];
}

/** Loads everything that the command line asks for: secrets, inventory, playbooks, task types. Touches no host. */
export async function loadAll(given: Given): Promise<Result<Loaded>> {
  const { parsed, config, secrets } = given;
  const passwords = await passwordsOf(given);
  if (!passwords.ok) return passwords;
  const extra = extraLayer(parsed.options['extra-vars'] ?? [], {
    secret: (text) => secrets.add(text),
    cwd: process.cwd(),
    vaultSecrets: passwords.value,
  });
  const inventory = loadInventory(inventorySources(parsed, config, given.origins, given.face), {
    cwd: process.cwd(),
    env: process.env,
    vaultSecrets: passwords.value,
    ...configuredOptions(config, given.face.ansible),
    evaluate: evaluateWith,
  });
  if (!extra.ok) return { ok: false, error: [...extra.error, ...(inventory.ok ? [] : inventory.error)] };
  const decrypt = decrypter(passwords.value, secrets);
  const directories = parsed.rest.map((file) => dirname(resolve(file)));
  const folders = new Set(directories);
  const collections = collectionRoots(config, directories);
  const modulePath = parsed.options['module-path'] ?? [];
  const registry = taskTypeRegistry(directories, modulePath, () => ({
    folders: [...folders],
    configured: [...modulePath, ...config.library],
    collections,
  }));
  const read = new Map<string, string>();
  const options = {
    files: filesWith(given.texts, read),
    extraVars: extra.value.vars,
    taskType: registry.known,
    decrypt,
    rolesPath: config.rolesPath,
    ...(given.origins.has('privateRoleVars') && { privateRoleVars: config.privateRoleVars }),
    keywords: keywordsOf(config),
    collectionsPath: config.collectionsPath,
    onFolder: (path: string) => folders.add(path),
    wrongKeywordsFailTasks: given.face.ansible,
    warnsOfReservedNames: given.face.ansible,
  };
  const plugins = await loadOwnPlugins(directories);
  const mistakes = [...(await registry.loadOwn()), ...(plugins.ok ? [] : plugins.error)];
  if (mistakes.length > 0 || !plugins.ok) return { ok: false, error: mistakes };
  const playbooks = judgingDuplicates(loadPlaybooks(parsed.rest, options), config.duplicateDictKey);
  if (!inventory.ok || !playbooks.ok)
    return { ok: false, error: [inventory, playbooks].flatMap((result) => (result.ok ? [] : result.error)) };
  const directory = must(directories[0], "a playbook's directory");
  const hosts = withPlaybookVars(inventory.value, directory);
  if (!hosts.ok) return hosts;
  for (const secret of hosts.value.secrets) secrets.add(secret);
  const loader = { ...createDynamicLoader(options), vars: (path: string) => varsOf(path, passwords.value, secrets) };
  const run = given.before?.context.options ?? (await runOptionsOf(parsed, config, given.origins, given.face));
  const context = contextOf(
    given,
    {
      inventory: hosts.value,
      loader,
      extra: extra.value,
      options: run,
      taskType: registry.load,
      loadedType: registry.known,
      isElsewhere: modulesElsewhere(config.collectionsPath),
      ...(config.factCaching === 'jsonfile' &&
        config.factCachingConnection !== undefined && {
          factCache: jsonFactCache(
            config.factCachingConnection,
            config.factCachingPrefix ?? '',
            config.factCachingTimeout,
          ),
        }),
    },
    decrypt,
    directory,
    withPython(plugins.value, { config, folders, collections, warn: warningOf(given.emit) }),
  );
  return {
    ok: true,
    value: {
      context,
      inventory: hosts.value,
      playbooks: playbooks.value,
      files: options.files,
      read,
      decrypt,
      passwords: passwords.value,
      typeNames: registry.names(),
    },
    warnings: warningsOf(inventory, playbooks, hosts),
  };
}

const passwordsOf = async ({ before, parsed, config }: Given): Promise<Result<readonly VaultSecret[]>> =>
  before === undefined
    ? loadVaultSecrets(vaultSources(parsed, config), { cwd: process.cwd(), env: process.env, askSecret })
    : { ok: true, value: before.passwords };

const warningOf =
  (emit: Given['emit']) =>
  (message: string): void =>
    emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'plugin', message } });

/** `duplicate_dict_key`: a key that a dict has twice is an error, a warning, or nothing. */
function judgingDuplicates<T>(result: Result<T>, policy: Config['duplicateDictKey']): Result<T> {
  if (!result.ok || policy === 'warn') return result;
  const { warnings = [] } = result;
  const duplicates = warnings.filter(({ code }) => code === 'duplicate-key');
  if (policy === 'error' && duplicates.length > 0)
    return { ok: false, error: duplicates.map((one) => ({ ...one, severity: 'error' })) };
  return { ...result, warnings: warnings.filter((one) => !duplicates.includes(one)) };
}

/** The real files, and the strings used in place of files. What is read is remembered in `read`. */
function filesWith(texts: Readonly<Record<string, string>>, read: Map<string, string>): Files {
  const real = createFiles();
  return {
    ...real,
    readText(path) {
      const text = texts[path] ?? real.readText(path);
      if (text !== undefined) read.set(path, text);
      return text;
    },
    isFile: (path) => path in texts || real.isFile(path),
  };
}

const warningsOf = (...results: readonly Result<unknown>[]): readonly Diagnostic[] =>
  results.flatMap((result) => (result.ok ? (result.warnings ?? []) : []));

type Parts = Pick<
  RunContext,
  'inventory' | 'loader' | 'extra' | 'options' | 'taskType' | 'loadedType' | 'isElsewhere' | 'factCache'
>;

function contextOf(
  { parsed, config, emit, signal, connector, secrets }: Given,
  parts: Parts,
  decrypt: (vaulted: Vaulted) => string,
  directory: string,
  plugins: OwnPlugins,
): RunContext {
  const { options } = parts;
  return {
    ...parts,
    connector,
    secrets,
    emit,
    signal,
    runFacts: {
      checkMode: options.check,
      diffMode: options.diff,
      verbosity: verbosityOf(parsed, config),
      forks: options.forks,
      runTags: options.tags.length === 0 ? ['all'] : options.tags,
      skipTags: options.skipTags,
      playbookDir: directory,
      configFile: config.configFile,
      limit: options.limit,
    },
    env: templateEnvs({
      decrypt,
      mask: (text) => secrets.add(text),
      config,
      asAnsible: options.ansible === true,
      directory,
      emit,
      plugins,
    }),
  };
}

/** Decrypts inline vault values, and registers the decrypted values as secrets. */
function decrypter(passwords: readonly VaultSecret[], secrets: Secrets): (vaulted: Vaulted) => string {
  const open = vaultOpener(passwords);
  return (vaulted) => {
    const opened = open(vaulted);
    if (!opened.ok) {
      const { message, code, at, hint } = opened.error[0]!;
      throw new TemplateError(message, code, at, hint);
    }
    secrets.add(opened.value);
    return opened.value;
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

function varsOf(path: string, passwords: readonly VaultSecret[], secrets: Secrets): Result<Vars> {
  const loaded = loadVarsFile(path, passwords);
  if (!loaded.ok) return loaded;
  const { vars, vaulted } = loaded.value;
  if (vaulted) for (const { value } of vars.values()) for (const text of textsIn(value)) secrets.add(text);
  return { ok: true, value: vars };
}

function vaultSources(parsed: Parsed, config: Config) {
  const files = parsed.options['vault-password-file'] ?? [];
  return {
    vaultIds: [...(parsed.options['vault-id'] ?? config.vaultIdentityList), ...labVault(parsed)],
    passwordFiles: files.length > 0 || config.vaultPasswordFile === undefined ? files : [config.vaultPasswordFile],
    ask: parsed.options['ask-vault-pass'] || config.askVaultPass,
  };
}

/** The lab's inventory contains a secret too. Its password is in a file next to the inventory. */
const labVault = (parsed: Parsed): string[] =>
  parsed.options.lab ? [`lab@${join(dirname(labInventoryPath()), 'lab-vault-password')}`] : [];

/** Ansible's configuration, as far as we support it. */
export const readConfig = () => loadConfig(process.env, process.cwd());
