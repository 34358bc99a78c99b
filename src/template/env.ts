import { readLocalFile } from '../core/local-file.ts';
import { isSystemError } from '../core/system-error.ts';
import { type Value, Vaulted } from '../core/value.ts';
import { fail } from './errors.ts';
import type { Lookup } from './lookups/lookup.ts';
import type { Callee } from './python/signature.ts';

/** The environment of templates: everything outside themselves that they can access. */
export interface Env {
  /** A file on the controller; undefined if there is none. */
  readFile(path: string): Uint8Array | undefined;
  /** The directories to search for a relative name of this kind; the first hit wins. */
  searchPath(kind: 'templates' | 'files' | 'vars'): readonly string[];
  /** Decrypts an Ansible Vault envelope. */
  decrypt(vaulted: Vaulted): string;
  /** Encrypts text to an Ansible Vault envelope, for the `vault` filter. */
  encrypt(text: string, secret: string, options: { salt?: string; id?: string }): string;
  /** Decrypts an envelope with a given secret, for the `unvault` filter. */
  decryptWith(envelope: string, secret: string): string;
  now(): Date;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** Environment variables, as the `env` lookup sees them. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** A setting in Ansible's configuration, for the `config` lookup. */
  setting(name: string): Value | undefined;
  /** The hosts that match a pattern, for the `inventory_hostnames` lookup. */
  hosts(pattern: string): readonly string[];
  /** The working directory of commands that lookups run. */
  readonly folder: string;
  warn(message: string): void;
  /** Ansible's `jinja2_native`: text that is a Python literal becomes its value, numbers and None included. */
  readonly native: boolean;
  /** As in Ansible without `jinja2_native`: the number that a template yields becomes text. */
  readonly numbersBecomeText: boolean;
  /** Filters, tests and lookups in addition to the built-in ones. */
  readonly filters: OwnTable<Callee>;
  readonly tests: OwnTable<Callee>;
  readonly lookups: OwnTable<Lookup>;
}

/** The user's plugins of one kind. What they are may only become known when somebody asks. */
export interface OwnTable<T> {
  find(name: string): T | undefined;
  names(): readonly string[];
  /** If no plugin has a name: why it may be missing, such as a file that cannot be loaded. */
  missing?(name: string): string | undefined;
}

const none: OwnTable<never> = { find: () => undefined, names: () => [] };

/** An environment with this machine's files but without vault, inventory or plugins; `changes` replaces parts of it. */
export function defaultEnv(changes: Partial<Env> = {}): Env {
  return {
    readFile,
    searchPath: () => [process.cwd()],
    decrypt: () => fail('Attempting to decrypt but no vault secrets found', 'vault'),
    encrypt: () => fail('no vault is available here', 'vault'),
    decryptWith: () => fail('no vault is available here', 'vault'),
    now: () => new Date(),
    random: Math.random,
    variables: process.env,
    setting: () => undefined,
    hosts: () => [],
    folder: process.cwd(),
    warn: () => {},
    native: false,
    numbersBecomeText: false,
    filters: none,
    tests: none,
    lookups: none,
    ...changes,
  };
}

/**
 * A file's content, decrypted if it is vault-encrypted, in which case the content is a secret. Every file on the controller is opened
 * through this function.
 */
export function opened(content: Uint8Array, path: string, env: Pick<Env, 'decrypt'>): Uint8Array {
  if (!isVaulted(content)) return content;
  return Buffer.from(env.decrypt(new Vaulted(Buffer.from(content).toString(), { file: path, line: 1, column: 1 })));
}

/** Whether a file, of which these are the first bytes or all, is encrypted with Ansible Vault. */
export const isVaulted = (content: Uint8Array): boolean =>
  Buffer.from(content.subarray(0, 15)).toString('latin1') === '$ANSIBLE_VAULT;';

function readFile(path: string): Uint8Array | undefined {
  try {
    return readLocalFile(path, 100_000_000);
  } catch (error) {
    if (isSystemError(error) && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code)) return undefined;
    throw error;
  }
}
