import { join, relative } from 'node:path';
import { Secrets } from '../../core/secrets.ts';
import { type Raw, type Value, Vaulted } from '../../core/value.ts';
import { defaultEnv, type Env, evaluate, TemplateError } from '../../template/index.ts';
import { dumpJson } from '../../template/python/json.ts';
import type { LoadedInventory } from '../inventory/load-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { vaultOpener } from '../vault/vault.ts';
import { LEVEL_NAMES, type VarOrigin } from './explain-vars.ts';
import type { ReadableScope } from './hostvars.ts';

/** Formats values and places, with all secrets masked. */
export interface Teller {
  decrypt(vaulted: Vaulted): string;
  evaluate(written: Raw, scope: ReadableScope): Value;
  /** Sets the scope in which values are computed from now on. */
  sees(scope: ReadableScope): void;
  /** The value with this host's variables, on one line; `undefined` and a reason if it cannot be computed. */
  computed(origin: VarOrigin): { readonly value?: Value; readonly problem?: string };
  line(value: Value): string;
  place(origin: VarOrigin): string;
  mask<T>(data: T): T;
}

/** Shown in place of a secret. */
export const MASKED = '********';

/** Creates the teller for an inventory's values; `folder` is where templates look for files. */
export function createTeller(inventory: LoadedInventory, plugins: Partial<Env>, folder: string, cwd: string): Teller {
  const secrets = new Secrets();
  for (const text of inventory.secrets) secrets.add(text);
  const open = vaultOpener(inventory.options.vaultSecrets ?? []);
  const decrypt = (vaulted: Vaulted): string => {
    const opened = open(vaulted);
    if (!opened.ok) throw new TemplateError(opened.error[0]?.message ?? 'cannot be decrypted', 'vault', vaulted.at);
    secrets.add(opened.value);
    return opened.value;
  };
  const env = defaultEnv({
    ...plugins,
    decrypt,
    folder,
    searchPath: (kind) => [join(folder, kind), folder],
    hosts: (pattern) => {
      const selected = selectHosts(inventory, pattern, { mismatch: 'ignore' });
      return selected.ok ? selected.value : [];
    },
  });
  const evaluated = (written: Raw, scope: ReadableScope): Value => evaluate(written, scope, env);
  let scope: ReadableScope = { get: () => undefined, names: () => [] };
  const compute = (written: Raw) => {
    try {
      return { value: evaluated(written, scope) };
    } catch (error) {
      if (error instanceof TemplateError) return { problem: error.message };
      throw error;
    }
  };
  return {
    decrypt,
    evaluate: evaluated,
    sees: (seen) => {
      scope = seen;
    },
    computed: ({ written, secret }) => (secret || written instanceof Vaulted ? { value: MASKED } : compute(written)),
    line: (value) => secrets.mask(typeof value === 'string' ? value : dumpJson(value, { ensureAscii: false })),
    place: ({ from, at, level }) => {
      const where = at ? `${shortPath(at.file, cwd)}:${at.line}` : shortPath(from, cwd);
      return `${where} (${LEVEL_NAMES[level] ?? `level ${level}`})`;
    },
    mask: (data) => secrets.mask(data),
  };
}

function shortPath(path: string, cwd: string): string {
  const near = path.startsWith('/') ? relative(cwd, path) : path;
  return near.startsWith('..') ? path : near;
}
