import * as crypto from 'node:crypto';
import { createHash } from 'node:crypto';
import { to64, triples } from './base64.ts';

/** The two SHA-2 schemes of crypt(3). */
type ShaScheme = 'sha256' | 'sha512';

const DEFAULT_ROUNDS = 5000;

/** crypt(3)'s `$5$` and `$6$`; the default number of rounds is not written into the result. */
export function shaCrypt(scheme: ShaScheme, password: string, salt: string, rounds = DEFAULT_ROUNDS): string {
  const key = Buffer.from(password);
  const salted = Buffer.from(salt.slice(0, 16));
  const count = Math.min(Math.max(rounds, 1000), 999_999_999);
  const digest = stretch(scheme, key, salted, count);
  const prefix = `${scheme === 'sha256' ? '$5$' : '$6$'}${count === DEFAULT_ROUNDS ? '' : `rounds=${count}$`}`;
  return `${prefix}${salted}$${scheme === 'sha256' ? print256(digest) : print512(digest)}`;
}

function stretch(scheme: ShaScheme, key: Buffer, salt: Buffer, rounds: number): Buffer {
  const hash = (...parts: Buffer[]): Buffer => {
    const h = createHash(scheme);
    for (const part of parts) h.update(part);
    return h.digest();
  };
  const digest = first(hash, key, salt);
  const p = spread(hash(...Array.from({ length: key.length }, () => key)), key.length);
  const s = spread(hash(...Array.from({ length: 16 + digest[0]! }, () => salt)), salt.length);
  const message = Buffer.alloc(2 * p.length + s.length + digest.length);
  for (let round = 0; round < rounds; round++) {
    let end = (round & 1 ? p : digest).copy(message);
    if (round % 3) end += s.copy(message, end);
    if (round % 7) end += p.copy(message, end);
    end += (round & 1 ? digest : p).copy(message, end);
    digestInto(digest, scheme, message.subarray(0, end));
  }
  return digest;
}

/**
 * Hundreds of thousands of rounds are common, so use Node's one-shot hash if available: it takes a quarter of the time.
 */
function digestInto(digest: Buffer, scheme: ShaScheme, message: Buffer): void {
  if (crypto.hash) digest.write(crypto.hash(scheme, message, 'binary'), 'latin1');
  else createHash(scheme).update(message).digest().copy(digest);
}

function first(hash: (...parts: Buffer[]) => Buffer, key: Buffer, salt: Buffer): Buffer {
  const other = hash(key, salt, key);
  const parts = [key, salt, spread(other, key.length)];
  for (let rest = key.length; rest > 0; rest >>= 1) parts.push(rest & 1 ? other : key);
  return hash(...parts);
}

/** A digest repeated up to a length. */
const spread = (digest: Buffer, length: number): Buffer => Buffer.alloc(length, digest);

const print256 = (d: Buffer): string =>
  triples(d, [
    [0, 10, 20],
    [21, 1, 11],
    [12, 22, 2],
    [3, 13, 23],
    [24, 4, 14],
    [15, 25, 5],
    [6, 16, 26],
    [27, 7, 17],
    [18, 28, 8],
    [9, 19, 29],
  ]) + to64(d[31]! * 256 + d[30]!, 3);

function print512(d: Buffer): string {
  const order = Array.from({ length: 21 }, (_, i) => {
    const [a, b, c] = [i, i + 21, i + 42] as const;
    return [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ][i % 3] as [number, number, number];
  });
  return triples(d, order) + to64(d[63]!, 2);
}
