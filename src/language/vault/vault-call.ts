import type { CommandIo } from '../config/command-io.ts';
import type { Config } from '../config/index.ts';
import type { VaultSecret } from './vault.ts';
import type { VaultLine } from './vault-options.ts';

/** The arguments of a `run vault` action. */
export interface VaultCall {
  readonly values: VaultLine['options'];
  readonly files: readonly string[];
  readonly secrets: readonly VaultSecret[];
  /** The secret to encrypt with, if the action always encrypts. */
  readonly encryptFor?: VaultSecret;
  /** The requested vault id. */
  readonly label?: string;
  readonly config: Config;
  readonly io: CommandIo;
}
