import { createHash } from 'node:crypto';
import { to64, triples } from './base64.ts';

/** crypt(3)'s `$1$`, and Apache's variant of it, `$apr1$`. */
export function md5Crypt(password: string, saltText: string, ident: '1' | 'apr1' = '1'): string {
  const key = Buffer.from(password);
  const salt = Buffer.from(saltText.slice(0, 8));
  let digest = initial(key, salt, ident);
  for (let round = 0; round < 1000; round++) {
    const parts = [round & 1 ? key : digest];
    if (round % 3) parts.push(salt);
    if (round % 7) parts.push(key);
    parts.push(round & 1 ? digest : key);
    digest = md5(parts);
  }
  const order = [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
  ] as const;
  return `$${ident}$${salt}$${triples(digest, order)}${to64(digest[11]!, 2)}`;
}

function md5(parts: readonly Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

function initial(key: Buffer, salt: Buffer, ident: string): Buffer {
  const inner = md5([key, salt, key]);
  const parts = [key, Buffer.from(`$${ident}$`), salt, Buffer.alloc(key.length, inner)];
  for (let rest = key.length; rest > 0; rest >>= 1) parts.push(rest & 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  return md5(parts);
}
