/** The alphabet of crypt(3), which differs from base64's. */
export const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Encodes a number's lowest bits, six per character, lowest first. */
export function to64(value: number, count: number): string {
  let text = '';
  for (let rest = value, left = count; left > 0; left--, rest = Math.floor(rest / 64)) text += ALPHABET[rest % 64];
  return text;
}

/** Encodes triples of bytes at the given positions, as the crypt schemes print their digests. */
export const triples = (bytes: Uint8Array, order: readonly (readonly [number, number, number])[]): string =>
  order.map(([a, b, c]) => to64(bytes[a]! * 65536 + bytes[b]! * 256 + bytes[c]!, 4)).join('');
