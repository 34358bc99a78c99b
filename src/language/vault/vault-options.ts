import type { Result } from '../../core/source.ts';
import type { Config } from '../config/index.ts';
import { loadVaultSecrets, type VaultIo } from './secrets.ts';
import type { VaultSecret } from './vault.ts';

/** The options by which any command is given vault passwords, for `parseArgs`. */
export const VAULT_OPTIONS = {
  'vault-id': { type: 'string', multiple: true },
  'vault-password-file': { type: 'string', multiple: true },
  'vault-pass-file': { type: 'string', multiple: true },
  'ask-vault-password': { type: 'boolean' },
  'ask-vault-pass': { type: 'boolean', short: 'J' },
} as const;

/** Those options as they were given. */
export interface VaultOptionValues {
  readonly 'vault-id'?: readonly string[];
  readonly 'vault-password-file'?: readonly string[];
  readonly 'vault-pass-file'?: readonly string[];
  readonly 'ask-vault-password'?: boolean;
  readonly 'ask-vault-pass'?: boolean;
}

/** The vault passwords that options and configuration name; what is given on the command line comes first. */
export function secretsOf(
  values: VaultOptionValues,
  config: Pick<Config, 'vaultIdentityList' | 'vaultPasswordFile' | 'askVaultPass'>,
  io: VaultIo,
): Promise<Result<VaultSecret[]>> {
  const files = [...(values['vault-password-file'] ?? []), ...(values['vault-pass-file'] ?? [])];
  const ask = values['ask-vault-password'] || values['ask-vault-pass'] || false;
  const nothingGiven = files.length === 0 && !ask;
  const fromConfig = nothingGiven && config.vaultPasswordFile !== undefined ? [config.vaultPasswordFile] : files;
  const vaultIds = [...(values['vault-id'] ?? []), ...config.vaultIdentityList];
  return loadVaultSecrets(
    { vaultIds, passwordFiles: fromConfig, ask: ask || (nothingGiven && config.askVaultPass) },
    io,
  );
}
