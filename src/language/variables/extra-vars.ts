import { resolve } from 'node:path';
import { readArguments } from '../../core/key-value.ts';
import type { Result } from '../../core/source.ts';
import { isDict, isTemplateText, type Raw, Template, type Value } from '../../core/value.ts';
import { loadYaml } from '../../yaml/load.ts';
import { loadVarsFile } from '../inventory/vars-file.ts';
import type { Entry, Vars, VarsLayer } from '../model.ts';
import type { VaultSecret } from '../vault/vault.ts';
import { LEVELS } from './levels.ts';

interface ExtraOptions {
  readonly cwd: string;
  readonly vaultSecrets: readonly VaultSecret[];
  /** Receives the content of vault-encrypted files, to be masked. */
  readonly secret?: (text: string) => void;
}

/** Builds the layer of `-e`: each is `k=v …`, YAML or JSON, or `@file`; later ones win. */
export function extraLayer(given: readonly string[], options: ExtraOptions): Result<VarsLayer> {
  const vars = new Map<string, Entry>();
  for (const written of given) {
    const read = readExtra(written.trim(), options);
    if (!read.ok) return read;
    for (const [name, entry] of read.value) vars.set(name, entry);
  }
  return { ok: true, value: { level: LEVELS.extraVars, from: 'extra vars (-e)', vars } };
}

function readExtra(written: string, { cwd, vaultSecrets, secret }: ExtraOptions): Result<Vars> {
  if (written.startsWith('@')) {
    const file = loadVarsFile(resolve(cwd, written.slice(1)), vaultSecrets);
    if (!file.ok) return file;
    for (const text of file.value.secrets) secret?.(text);
    return { ok: true, value: file.value.vars };
  }
  if (/^[{[]/.test(written) || !written.includes('=')) return readYaml(written);
  const { pairs, free } = readArguments(written, false);
  return free.trim() === '' ? { ok: true, value: new Map([...pairs].map(assignment)) } : refused(written);
}

const assignment = ([name, text]: readonly [string, string]): [string, Entry] => [
  name,
  { value: isTemplateText(text) ? new Template(text) : text, written: true },
];

function readYaml(written: string): Result<Vars> {
  const document = loadYaml(written, '-e');
  if (!document.ok) return document;
  const { value } = document.value;
  return isDict(value)
    ? {
        ok: true,
        value: new Map(
          [...(value as Map<Value, Raw>)].map(([name, item]) => [String(name), { value: item, written: true }]),
        ),
      }
    : refused(written);
}

const refused = (written: string): Result<never> => ({
  ok: false,
  error: [{ severity: 'error', code: 'extra-vars', message: `-e: expected k=v, YAML, JSON or @file, got ${written}` }],
});
