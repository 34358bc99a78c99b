export { isEnvelope } from './envelope.ts';
export { loadVaultSecrets, type VaultIo, type VaultSources } from './secrets.ts';
export { decryptVault, encryptVault, type VaultSecret, vaultOpener } from './vault.ts';
export { secretsOf, VAULT_OPTIONS, type VaultOptionValues } from './vault-options.ts';
