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

/** The vault passwords that options and configuration name; what is given on the command line comes first. With `prompt` one is asked for where none is named. */
export function secretsOf(
  values: VaultOptionValues,
  config: Pick<Config, 'vaultIdentityList' | 'vaultPasswordFile' | 'askVaultPass'>,
  io: VaultIo,
  { prompt = false, isNew = false }: { readonly prompt?: boolean; readonly isNew?: boolean } = {},
): Promise<Result<VaultSecret[]>> {
  const files = [...(values['vault-password-file'] ?? []), ...(values['vault-pass-file'] ?? [])];
  const ask = values['ask-vault-password'] || values['ask-vault-pass'] || false;
  const nothingGiven = files.length === 0 && !ask;
  const fromConfig = nothingGiven && config.vaultPasswordFile !== undefined ? [config.vaultPasswordFile] : files;
  const vaultIds = [...(values['vault-id'] ?? []), ...config.vaultIdentityList];
  const askForIt =
    ask || (nothingGiven && config.askVaultPass) || (prompt && vaultIds.length + fromConfig.length === 0);
  return loadVaultSecrets({ vaultIds, passwordFiles: fromConfig, ask: askForIt, isNew }, io);
}
