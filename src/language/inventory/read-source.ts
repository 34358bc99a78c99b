import { readFileSync } from 'node:fs';
import { editedText } from '../../core/edited-files.ts';
import type { Diagnostic, Result } from '../../core/source.ts';
import { isEnvelope } from '../vault/envelope.ts';
import { decryptVault, type VaultSecret } from '../vault/vault.ts';

/** A file's text, and whether it was vault-encrypted. */
interface SourceFile {
  readonly text: string;
  readonly vaulted: boolean;
}

/** Reads a text file. Vault-encrypted files are decrypted; files encrypted by other tools are reported as such. */
export function readSource(path: string, secrets: readonly VaultSecret[]): Result<SourceFile> {
  let bytes: Buffer;
  try {
    const edited = editedText(path);
    bytes = edited === undefined ? readFileSync(path) : Buffer.from(edited);
  } catch (error) {
    return failed(path, 'unreadable-file', `cannot read ${path}: ${(error as Error).message}`);
  }
  const foreign = foreignEncryption(bytes);
  if (foreign) return failed(path, 'encrypted-file', `${path} is encrypted with ${foreign.tool}`, foreign.hint);
  const text = decodeUtf8(bytes);
  if (text === undefined) return failed(path, 'not-text', `${path} is not UTF-8 text`);
  if (!isEnvelope(text)) return { ok: true, value: { text, vaulted: false } };
  const opened = decryptVault(text, secrets, { file: path, line: 1, column: 1 });
  return opened.ok ? { ok: true, value: { text: opened.value.toString('utf8'), vaulted: true } } : opened;
}

interface ForeignTool {
  readonly tool: string;
  readonly hint: string;
}

function foreignEncryption(bytes: Buffer): ForeignTool | undefined {
  const start = bytes.subarray(0, 64).toString('latin1');
  if (start.startsWith('\0GITCRYPT'))
    return { tool: 'git-crypt and not unlocked', hint: 'unlock the clone: git-crypt unlock' };
  if (/^age-encryption\.org\/|^-----BEGIN AGE ENCRYPTED FILE/.test(start))
    return { tool: 'age', hint: 'decrypt it first: age --decrypt' };
  if (start.startsWith('-----BEGIN PGP MESSAGE')) return { tool: 'GnuPG', hint: 'decrypt it first: gpg --decrypt' };
  return isSops(bytes) ? { tool: 'SOPS', hint: 'decrypt it first: sops --decrypt' } : undefined;
}

// SOPS leaves the keys readable and adds the key `sops` with a MAC below it.
function isSops(bytes: Buffer): boolean {
  if (!bytes.includes('ENC[AES256_GCM,')) return false;
  const text = bytes.toString('latin1');
  return /^sops:\s*$/m.test(text) || /^\s*"sops"\s*:\s*\{/m.test(text);
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // No error: the bytes are just not UTF-8.
    return undefined;
  }
}

function failed(file: string, code: string, message: string, hint?: string): { ok: false; error: Diagnostic[] } {
  return {
    ok: false,
    error: [{ severity: 'error', code, message, at: { file, line: 1, column: 1 }, ...(hint && { hint }) }],
  };
}
