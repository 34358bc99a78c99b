import type { Result } from '../../core/source.ts';
import { isDict, type Raw } from '../../core/value.ts';
import { loadYaml } from '../../yaml/load.ts';
import type { Vars } from '../model.ts';
import type { VaultSecret } from '../vault/vault.ts';
import { readSource } from './read-source.ts';
import { placedVars } from './vars-of.ts';

/** The contents of a variables file. */
export interface VarsFile {
  readonly vars: Vars;
  /** Whether the file as a whole was vault-encrypted. */
  readonly vaulted: boolean;
  /** If it was vault-encrypted, its strings, to be masked. */
  readonly secrets: readonly string[];
}

/** Loads a variables file, YAML or JSON, decrypting it if necessary. An empty file has no variables. */
export function loadVarsFile(path: string, secrets: readonly VaultSecret[]): Result<VarsFile> {
  const source = readSource(path, secrets);
  if (!source.ok) return source;
  const document = loadYaml(source.value.text, path);
  if (!document.ok) return document;
  const { value } = document.value;
  if (value !== null && !isDict(value)) return notVars(path);
  const vars: Vars = value === null ? new Map() : placedVars(value);
  const { vaulted } = source.value;
  return { ok: true, value: { vars, vaulted, secrets: vaulted ? textsIn(value) : [] }, warnings: document.warnings };
}

/** All strings and numbers in a value, at any depth: what to mask if the value is a secret. */
export function textsIn(value: Raw): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (isDict(value)) return [...value.values()].flatMap(textsIn);
  return [];
}

function notVars(file: string): Result<never> {
  const message = `${file} must contain a dict of variables`;
  return { ok: false, error: [{ severity: 'error', code: 'vars-form', message, at: { file, line: 1, column: 1 } }] };
}
