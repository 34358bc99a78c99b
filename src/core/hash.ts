import { createHash, createHmac } from 'node:crypto';

/** The checksum of some bytes, in hexadecimal. */
export const hash = (
  algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512',
  bytes: Uint8Array | string,
): string => createHash(algorithm).update(bytes).digest('hex');

/** The HMAC-SHA1 of a string, in base64: how `known_hosts` hashes host names. */
export const hmacSha1 = (key: Uint8Array, text: string): string =>
  createHmac('sha1', key).update(text).digest('base64');
