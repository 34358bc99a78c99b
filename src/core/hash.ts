import { createHash, createHmac } from 'node:crypto';
import { type Bytes, type LocalContent, piecesOf } from './local-content.ts';

/** A digest that coreutils supports. */
export type ChecksumAlgorithm = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** Checksums of large files, which are asked for several times in a task. */
const known = new WeakMap<LocalContent, Map<ChecksumAlgorithm, string>>();

/** The checksum of some content, in hexadecimal. */
export function hash(algorithm: ChecksumAlgorithm, content: Bytes | string): string {
  if (typeof content === 'string' || content instanceof Uint8Array)
    return createHash(algorithm).update(content).digest('hex');
  const sums = known.get(content) ?? new Map<ChecksumAlgorithm, string>();
  const sum = sums.get(algorithm) ?? hashOfFile(algorithm, content);
  known.set(content, sums.set(algorithm, sum));
  return sum;
}

function hashOfFile(algorithm: ChecksumAlgorithm, content: LocalContent): string {
  const sum = createHash(algorithm);
  for (const piece of piecesOf(content)) sum.update(piece);
  return sum.digest('hex');
}

/** The HMAC-SHA1 of a string, in base64: how `known_hosts` hashes host names. */
export const hmacSha1 = (key: Uint8Array, text: string): string =>
  createHmac('sha1', key).update(text).digest('base64');
