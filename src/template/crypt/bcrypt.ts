import { Blowfish } from './blowfish.ts';

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** bcrypt with a salt of 22 characters and a cost of `2 ** rounds`. */
export function bcrypt(password: string, salt: string, rounds: number, ident = '2b'): string {
  const key = Buffer.concat([Buffer.from(password), Buffer.alloc(1)]).subarray(0, 72);
  const salted = decode(salt);
  const cipher = new Blowfish();
  cipher.expand(key, salted);
  for (let round = 2 ** rounds; round > 0; round--) {
    cipher.expand(key);
    cipher.expand(salted);
  }
  const text = Buffer.from('OrpheanBeholderScryDoubt');
  const words = Array.from({ length: 6 }, (_, i) => text.readInt32BE(i * 4));
  for (let i = 0; i < 6; i += 2) for (let n = 0; n < 64; n++) cipher.encrypt(words, i);
  const digest = Buffer.alloc(24);
  for (const [i, word] of words.entries()) digest.writeInt32BE(word | 0, i * 4);
  return `$${ident}$${String(rounds).padStart(2, '0')}$${encode(salted)}${encode(digest.subarray(0, 23))}`;
}

function decode(text: string): Buffer {
  let bits = 0n;
  for (const char of text.slice(0, 22)) bits = (bits << 6n) | BigInt(Math.max(0, ALPHABET.indexOf(char)));
  return Buffer.from((bits >> 4n).toString(16).padStart(32, '0'), 'hex');
}

function encode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const count = Math.min(3, bytes.length - at) + 1;
    for (let i = 0; i < count; i++) text += ALPHABET[(word >> (18 - 6 * i)) & 63];
  }
  return text;
}
