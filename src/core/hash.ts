import { createHash } from 'node:crypto';

/** The checksum of bytes, in hexadecimal. */
export const hash = (
  algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512',
  bytes: Uint8Array | string,
): string => createHash(algorithm).update(bytes).digest('hex');
