import type { Position, Result } from '../../core/source.ts';
import type { Vaulted } from '../../core/value.ts';
import { seal, unseal } from './cipher.ts';
import { formatEnvelope, parseEnvelope } from './envelope.ts';

/** A vault password with its vault id. */
export interface VaultSecret {
  readonly label: string;
  readonly password: Uint8Array;
  /** Where it comes from, for messages: a file name or `prompt`. */
  readonly from: string;
}

/** Decrypts vault-encrypted text to bytes with the secret that its label names, or else with any that fits. */
export function decryptVault(text: string, secrets: readonly VaultSecret[], at?: Position): Result<Buffer> {
  const opened = openVault(text, secrets, at);
  return opened.ok ? { ok: true, value: opened.value.plaintext } : opened;
}

/** Decrypts vault-encrypted text; also returns the secret that it was encrypted with and the label it carries. */
export function openVault(
  text: string,
  secrets: readonly VaultSecret[],
  at?: Position,
): Result<{ readonly plaintext: Buffer; readonly secret: VaultSecret }> {
  const envelope = parseEnvelope(text, at);
  if (!envelope.ok) return envelope;
  const { label } = envelope.value;
  if (secrets.length === 0) return noSecrets(at);
  for (const secret of byLabel(secrets, label)) {
    const plaintext = unseal(envelope.value, secret.password);
    if (plaintext) return { ok: true, value: { plaintext, secret: { ...secret, label } } };
  }
  return wrongPassword(secrets, label, at);
}

/** Encrypts text with a vault password, for the secret's vault id. */
export function encryptVault(plaintext: Uint8Array | string, secret: VaultSecret, salt?: Uint8Array): string {
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext;
  return formatEnvelope({ label: secret.label, ...seal(bytes, secret.password, salt) });
}

/** Decrypts inline `!vault` values. Each envelope is decrypted only once, because deriving its key takes 10 ms. */
export function vaultOpener(secrets: readonly VaultSecret[]): (vaulted: Vaulted) => Result<string> {
  const opened = new Map<string, Result<string>>();
  return (vaulted) => {
    const known = opened.get(vaulted.envelope) ?? openText(vaulted, secrets);
    opened.set(vaulted.envelope, known);
    return known;
  };
}

function openText(vaulted: Vaulted, secrets: readonly VaultSecret[]): Result<string> {
  const bytes = decryptVault(vaulted.envelope, secrets, vaulted.at);
  return bytes.ok ? { ok: true, value: bytes.value.toString('utf8') } : bytes;
}

function byLabel(secrets: readonly VaultSecret[], label: string): readonly VaultSecret[] {
  const named = secrets.filter((secret) => secret.label === label);
  return [...named, ...secrets.filter((secret) => secret.label !== label)];
}

function noSecrets(at: Position | undefined): Result<never> {
  return {
    ok: false,
    error: [
      {
        severity: 'error',
        code: 'vault-no-password',
        message: 'Attempting to decrypt but no vault secrets found',
        hint: 'give the password with --vault-password-file FILE, --ask-vault-pass, --vault-id LABEL@SOURCE or ANSIBLE_VAULT_PASSWORD_FILE',
        ...(at && { at }),
      },
    ],
  };
}

function wrongPassword(secrets: readonly VaultSecret[], label: string, at: Position | undefined): Result<never> {
  const tried = secrets.map((secret) => `${secret.label}@${secret.from}`).join(', ');
  const where = at ? ` on ${at.file}` : '';
  return {
    ok: false,
    error: [
      {
        severity: 'error',
        code: 'vault-wrong-password',
        message: `Decryption failed (no vault secrets were found that could decrypt)${where}`,
        hint: `it was encrypted for the vault id "${label}"; tried: ${tried}`,
        ...(at && { at }),
      },
    ],
  };
}
