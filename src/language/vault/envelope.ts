import type { Diagnostic, Position, Result } from '../../core/source.ts';

/** The parts of vault-encrypted text. */
export interface Envelope {
  readonly version: '1.1' | '1.2';
  /** The vault id it was encrypted for; `default` if the header names none. */
  readonly label: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly ciphertext: Buffer;
}

const MAGIC = '$ANSIBLE_VAULT';
const COLUMNS = 80;

/** Whether text claims to be vault-encrypted. */
export const isEnvelope = (text: string): boolean => text.trimStart().startsWith(`${MAGIC};`);

/** Parses an envelope's text and reports what is malformed; decrypts nothing. */
export function parseEnvelope(text: string, at?: Position): Result<Envelope> {
  if (!isEnvelope(text)) return broken('input is not vault encrypted data', at);
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const [, version, cipher, label = 'default'] = header.split(';').map((part) => part.trim());
  if (version !== '1.1' && version !== '1.2') return broken(`unknown vault format ${version}; expected 1.1 or 1.2`, at);
  if (cipher !== 'AES256') return broken(`unknown vault cipher ${cipher}; expected AES256`, at);
  const parts = unhex(lines.map((line) => line.trim()).join(''))
    ?.toString('latin1')
    .split('\n');
  const [salt, hmac, ciphertext] = (parts ?? []).map(unhex);
  if (parts?.length !== 3 || !salt || !hmac || !ciphertext) return broken('the vault envelope is damaged', at);
  return { ok: true, value: { version, label, salt, hmac, ciphertext } };
}

/** The text of an envelope, as `ansible-vault` writes it: a header, then hex in lines of 80. */
export function formatEnvelope({ label, salt, hmac, ciphertext }: Omit<Envelope, 'version'>): string {
  const header = label === 'default' ? `${MAGIC};1.1;AES256` : `${MAGIC};1.2;AES256;${label}`;
  const inner = [salt, hmac, ciphertext].map((bytes) => bytes.toString('hex')).join('\n');
  const body = Buffer.from(inner).toString('hex');
  return `${[header, ...(body.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [])].join('\n')}\n`;
}

function unhex(text: string): Buffer | undefined {
  return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

function broken(message: string, at: Position | undefined): { ok: false; error: Diagnostic[] } {
  return { ok: false, error: [{ severity: 'error', code: 'vault-format', message, ...(at && { at }) }] };
}
