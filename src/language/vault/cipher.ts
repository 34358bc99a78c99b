import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Envelope } from './envelope.ts';

const ITERATIONS = 10_000;
const BLOCK = 16;
const SALT_BYTES = 32;

/** Encrypts in the format of Ansible Vault 1.1: PBKDF2-HMAC-SHA256, AES-256-CTR, HMAC-SHA256 over the ciphertext. */
export function seal(
  plaintext: Uint8Array,
  password: Uint8Array,
  salt: Uint8Array = randomBytes(SALT_BYTES),
): Omit<Envelope, 'version' | 'label'> {
  const keys = deriveKeys(password, salt);
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter);
  const ciphertext = Buffer.concat([cipher.update(pad(plaintext)), cipher.final()]);
  return { salt: Buffer.from(salt), hmac: sign(ciphertext, keys.hmac), ciphertext };
}

/** The content of an envelope; undefined if the password is wrong. */
export function unseal(envelope: Envelope, password: Uint8Array): Buffer | undefined {
  const keys = deriveKeys(password, envelope.salt);
  const expected = sign(envelope.ciphertext, keys.hmac);
  if (expected.length !== envelope.hmac.length || !timingSafeEqual(expected, envelope.hmac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter);
  return unpad(Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]));
}

function deriveKeys(password: Uint8Array, salt: Uint8Array) {
  const bytes = pbkdf2Sync(password, salt, ITERATIONS, 80, 'sha256');
  return { cipher: bytes.subarray(0, 32), hmac: bytes.subarray(32, 64), counter: bytes.subarray(64, 80) };
}

const sign = (ciphertext: Uint8Array, key: Uint8Array): Buffer => createHmac('sha256', key).update(ciphertext).digest();

// PKCS#7 padding: a counter mode needs none, but the format requires it.
function pad(plaintext: Uint8Array): Buffer {
  const missing = BLOCK - (plaintext.length % BLOCK);
  return Buffer.concat([plaintext, Buffer.alloc(missing, missing)]);
}

function unpad(padded: Buffer): Buffer {
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
}
