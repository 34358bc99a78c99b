import type { CommandLine, OptionSpecs, OptionValues } from '../../core/command-line.ts';
import type { Result } from '../../core/source.ts';
import type { Config } from '../config/index.ts';
import { loadVaultSecrets, type VaultIo } from './secrets.ts';
import type { VaultSecret } from './vault.ts';

/** The vault password options, common to all commands that decrypt. */
export const VAULT_OPTIONS = {
  'vault-password-file': {
    type: 'path',
    aliases: ['vault-pass-file'],
    value: 'FILE',
    many: true,
    help: "read the vault password from a file, or from a script's output",
  },
  'vault-id': { type: 'text', value: 'LABEL@SOURCE', many: true, help: 'a labelled vault password' },
  'ask-vault-pass': { type: 'switch', short: 'J', aliases: ['ask-vault-password'], help: 'ask for the vault password' },
} as const satisfies OptionSpecs;

/** The options of `run vault`. */
export const VAULT_COMMAND_OPTIONS = {
  ...VAULT_OPTIONS,
  'encrypt-vault-id': { type: 'text', value: 'LABEL', help: 'the vault id to encrypt for, if there are several' },
  output: {
    type: 'path',
    value: 'FILE',
    help: 'output file (encrypt, decrypt, encrypt_string); - means standard output',
  },
  'new-vault-password-file': { type: 'path', value: 'FILE', help: 'rekey: a file with the new password' },
  'new-vault-id': { type: 'text', value: 'LABEL@SOURCE', help: 'rekey: the new password and its label' },
  name: {
    type: 'text',
    mayBeEmpty: true,
    short: 'n',
    value: 'NAME',
    many: true,
    help: 'encrypt_string: the name of the variable',
  },
  'stdin-name': {
    type: 'text',
    mayBeEmpty: true,
    value: 'NAME',
    help: 'encrypt_string: the name of the variable read from stdin',
  },
  prompt: { type: 'switch', short: 'p', help: 'encrypt_string: ask for the string' },
  'show-input': { type: 'switch', help: 'encrypt_string: show the input as it is typed' },
  verbose: { type: 'switch', short: 'v', help: 'report more' },
} as const satisfies OptionSpecs;

/** A parsed command line of `run vault`, with the action as its first word. */
export type VaultLine = CommandLine<typeof VAULT_COMMAND_OPTIONS>;

/** The values given for these options. */
type VaultOptionValues = OptionValues<typeof VAULT_OPTIONS>;

/**
 * Gathers the vault passwords named by options and configuration, those from the command line first. With `prompt`,
 * asks for one if none is named.
 */
export function secretsOf(
  values: VaultOptionValues,
  config: Pick<Config, 'vaultIdentityList' | 'vaultPasswordFile' | 'askVaultPass'>,
  io: VaultIo,
  { prompt = false, isNew = false }: { readonly prompt?: boolean; readonly isNew?: boolean } = {},
): Promise<Result<VaultSecret[]>> {
  const files = values['vault-password-file'] ?? [];
  const ask = values['ask-vault-pass'];
  const nothingGiven = files.length === 0 && !ask;
  const fromConfig = nothingGiven && config.vaultPasswordFile !== undefined ? [config.vaultPasswordFile] : files;
  const vaultIds = [...(values['vault-id'] ?? []), ...config.vaultIdentityList];
  const askForIt =
    ask || (nothingGiven && config.askVaultPass) || (prompt && vaultIds.length + fromConfig.length === 0);
  return loadVaultSecrets({ vaultIds, passwordFiles: fromConfig, ask: askForIt, isNew }, io);
}
