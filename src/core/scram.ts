import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** A random salt, in base64. */
export const freshSalt = (): string => randomBytes(16).toString('base64');

/** What PostgreSQL stores for a password with `scram-sha-256`. */
export function scramVerifier(password: string, salt: string, iterations = 4096): string {
  return verifierOf(saslPrep(password), salt, iterations);
}

/** Whether a stored SCRAM verifier is that of a password. */
export function scramMatches(stored: string, password: string): boolean {
  const [, iterations, salt] = SCRAM.exec(stored) ?? [];
  if (iterations === undefined || salt === undefined) return false;
  return [saslPrep(password), password].some((one) => equal(verifierOf(one, salt, Number(iterations)), stored));
}

/** Whether a text is a SCRAM verifier, as PostgreSQL stores it. */
export const isScramVerifier = (text: string): boolean => SCRAM.test(text);

const SCRAM = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/]+=*)\$[A-Za-z0-9+/]+=*:[A-Za-z0-9+/]+=*$/;

function verifierOf(password: string, salt: string, iterations: number): string {
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}

const equal = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** RFC 4013: unusual spaces become plain ones, invisible characters vanish, and the rest is normalised. */
const saslPrep = (password: string): string =>
  password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|\u200c|\u200d|[\u00ad\u1806\u2060\ufeff]/g, '')
    .normalize('NFKC');
