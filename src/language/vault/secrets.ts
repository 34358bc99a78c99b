import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Diagnostic, Result } from '../../core/source.ts';
import type { VaultSecret } from './vault.ts';

/** Where vault passwords come from, according to the command line and the configuration. */
interface VaultSources {
  /** `label@source`, `label@prompt` or just a source. */
  readonly vaultIds?: readonly string[];
  readonly passwordFiles?: readonly string[];
  readonly ask?: boolean;
  /** Whether they are for new secrets, so that a typed password is asked for twice. */
  readonly isNew?: boolean;
}

/** The surroundings for gathering passwords. */
export interface VaultIo {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  askSecret(prompt: string): Promise<string>;
}

/** Gathers the passwords in this order: vault ids, password files, the prompt. */
export async function loadVaultSecrets(sources: VaultSources, io: VaultIo): Promise<Result<VaultSecret[]>> {
  const secrets: VaultSecret[] = [];
  for (const { label, source } of vaultIdsOf(sources)) {
    const password = source.startsWith('prompt')
      ? await prompted(label, source, io, sources.isNew ?? false)
      : passwordOf(source, label, io);
    if (!password.ok) return password;
    secrets.push({ label, password: password.value, from: source.startsWith('prompt') ? 'prompt' : source });
  }
  return { ok: true, value: secrets };
}

/** Splits a vault id at its first `@`. */
export function parseVaultId(written: string): { label: string; source: string } {
  const at = written.indexOf('@');
  return at < 0
    ? { label: 'default', source: written }
    : { label: written.slice(0, at) || 'default', source: written.slice(at + 1) };
}

function vaultIdsOf({ vaultIds = [], passwordFiles = [], ask }: VaultSources) {
  return [
    ...vaultIds.map(parseVaultId),
    ...passwordFiles.map((source) => ({ label: 'default', source })),
    ...(ask ? [{ label: 'default', source: 'prompt_ask_vault_pass' }] : []),
  ];
}

async function prompted(label: string, source: string, io: VaultIo, isNew: boolean): Promise<Result<Buffer>> {
  const what = source === 'prompt_ask_vault_pass' ? 'Vault password' : `Vault password (${label})`;
  const typed = (await io.askSecret(isNew ? `New ${what}: ` : `${what}: `)).trim();
  if (isNew && (await io.askSecret(`Confirm New ${what}: `)).trim() !== typed) return refused('Passwords do not match');
  return checked(Buffer.from(typed), 'the prompt');
}

function passwordOf(source: string, label: string, io: VaultIo): Result<Buffer> {
  const path = resolve(io.cwd, source.replace(/^~(?=\/|$)/, io.env.HOME ?? homedir()));
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return refused(`The vault password file ${path} was not found`);
  return isExecutable(path) && stat.isFile() ? fromScript(path, label, io) : fromFile(path);
}

function fromFile(path: string): Result<Buffer> {
  try {
    return checked(Buffer.from(readFileSync(path, 'utf8').trim()), `file (${path})`);
  } catch (error) {
    return refused(`Could not read vault password file ${path}: ${(error as Error).message}`);
  }
}

// A script whose name ends in -client is passed the wanted vault id: Ansible's protocol for keyrings.
function fromScript(path: string, label: string, io: VaultIo): Result<Buffer> {
  const args = /-client(\.[^.]*)?$/.test(basename(path)) ? ['--vault-id', label] : [];
  const ran = spawnSync(path, args, { cwd: io.cwd, env: io.env, stdio: ['inherit', 'pipe', 'inherit'] });
  if (ran.error) return refused(`Problem running vault password script ${path}: ${ran.error.message}`);
  if (ran.status !== 0) return refused(`Vault password script ${path} returned non-zero (${ran.status ?? ran.signal})`);
  return checked(Buffer.from(ran.stdout.toString('utf8').replace(/^[\r\n]+|[\r\n]+$/g, '')), `script (${path})`);
}

function checked(password: Buffer, from: string): Result<Buffer> {
  return password.length > 0
    ? { ok: true, value: password }
    : refused(`Invalid vault password was provided from ${from}: it is empty`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return (statSync(path).mode & 0o111) !== 0;
  } catch {
    // No error: it is not executable.
    return false;
  }
}

function refused(message: string): { ok: false; error: Diagnostic[] } {
  return { ok: false, error: [{ severity: 'error', code: 'vault-password', message }] };
}
