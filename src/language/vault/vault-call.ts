import type { CommandIo } from '../config/command-io.ts';
import type { Config } from '../config/index.ts';
import type { VaultSecret } from './vault.ts';
import type { VaultLine } from './vault-options.ts';

/** What an action of `run vault` is called with. */
export interface VaultCall {
  readonly values: VaultLine['options'];
  readonly files: readonly string[];
  readonly secrets: readonly VaultSecret[];
  /** Whom to encrypt for, where the action always encrypts. */
  readonly encryptFor?: VaultSecret;
  /** The vault id that was asked for. */
  readonly label?: string;
  readonly config: Config;
  readonly io: CommandIo;
}
