import { join } from 'node:path';
import type { EventData } from '../core/event.ts';
import { fromJs, type Vaulted } from '../core/value.ts';
import type { Config } from '../language/config/index.ts';
import { type LoadedInventory, selectHosts } from '../language/inventory/index.ts';
import { decryptVault, encryptVault } from '../language/vault/vault.ts';
import { defaultEnv, type Env, TemplateError } from '../template/index.ts';
import type { OwnPlugins } from './own-plugins.ts';

/** What a run's templates can access: files, the vault, the configuration. */
interface TemplateReach {
  readonly decrypt: (vaulted: Vaulted) => string;
  /** Masks a text wherever it would be shown. */
  readonly mask: (text: string) => void;
  readonly config: Config;
  /** Whether we run under the name of one of Ansible's programs. */
  readonly asAnsible: boolean;
  /** The directory of the playbook. */
  readonly directory: string;
  readonly emit: (event: EventData) => void;
  /** The user's own filters, tests and lookups. */
  readonly plugins: OwnPlugins;
}

/**
 * Returns the template environment for a search path and the inventory as it is now: tasks can add hosts. It is cached
 * for both, because every task asks for it on every host.
 */
export function templateEnvs(reach: TemplateReach): (searchPath: readonly string[], inventory: LoadedInventory) => Env {
  const made = new WeakMap<LoadedInventory, WeakMap<readonly string[], Env>>();
  return (searchPath, inventory) => {
    const ofInventory = made.get(inventory) ?? new WeakMap<readonly string[], Env>();
    made.set(inventory, ofInventory);
    const env = ofInventory.get(searchPath) ?? makeEnv(reach, searchPath, inventory);
    ofInventory.set(searchPath, env);
    return env;
  };
}

function makeEnv(
  { decrypt, mask, config, asAnsible, directory, emit, plugins }: TemplateReach,
  searchPath: readonly string[],
  inventory: LoadedInventory,
): Env {
  return defaultEnv({
    ...plugins,
    decrypt,
    encrypt: (text, secret, { id = 'default', salt }) =>
      encryptVault(
        text,
        { label: id, password: Buffer.from(secret), from: 'the template' },
        salt === undefined ? undefined : Buffer.from(salt),
      ),
    decryptWith: (envelope, secret) => {
      const text = opened(envelope, secret);
      mask(text);
      return text;
    },
    searchPath: (kind) => searchPath.flatMap((folder) => [join(folder, kind), folder]),
    folder: directory,
    native: config.jinja2Native,
    numbersBecomeText: asAnsible,
    setting: (name) => settingOf(config, name),
    hosts: (pattern) => {
      const selected = selectHosts(inventory, pattern, { mismatch: 'ignore' });
      return selected.ok ? selected.value : [];
    },
    warn: (message) => emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'template', message } }),
  });
}

function opened(envelope: string, secret: string): string {
  const text = decryptVault(envelope, [{ label: 'default', password: Buffer.from(secret), from: 'the template' }]);
  if (text.ok) return text.value.toString('utf8');
  throw new TemplateError(text.error[0]!.message, 'vault');
}

/** A setting by Ansible's name for it (`DEFAULT_FORKS`), if we support it; null if it is not set and has no default. */
function settingOf(config: Config, name: string): ReturnType<Env['setting']> {
  const plain = name
    .replace(/^DEFAULT_/, '')
    .toLowerCase()
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const values = config as Readonly<Record<string, unknown>>;
  return plain in values ? fromJs(values[plain] ?? null) : undefined;
}
