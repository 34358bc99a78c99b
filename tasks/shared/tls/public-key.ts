import { hash } from '../../../src/sdk.ts';
import { type Der, integerOf, oidOf, partsOf, plainInteger, readDer } from './der.ts';
import { colons } from './names.ts';

/** The kinds of key, as `openssl_privatekey` calls them. */
export const KEY_TYPES = ['DSA', 'ECC', 'Ed25519', 'Ed448', 'RSA', 'X25519', 'X448'] as const;

/** A kind of key. */
export type KeyType = (typeof KEY_TYPES)[number];

/** What kind of key it is. */
export interface KeyKind {
  readonly type: KeyType;
  /** The number of bits. */
  readonly size: number;
  /** For ECC. */
  readonly curve?: string | undefined;
}

const CURVES: Readonly<Record<string, string>> = {
  '1.3.132.0.33': 'secp224r1',
  '1.3.132.0.10': 'secp256k1',
  '1.2.840.10045.3.1.7': 'secp256r1',
  '1.3.132.0.34': 'secp384r1',
  '1.3.132.0.35': 'secp521r1',
  '1.2.840.10045.3.1.1': 'secp192r1',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
  '1.3.132.0.1': 'sect163k1',
  '1.3.132.0.15': 'sect163r2',
  '1.3.132.0.26': 'sect233k1',
  '1.3.132.0.27': 'sect233r1',
  '1.3.132.0.16': 'sect283k1',
  '1.3.132.0.17': 'sect283r1',
  '1.3.132.0.36': 'sect409k1',
  '1.3.132.0.37': 'sect409r1',
  '1.3.132.0.38': 'sect571k1',
  '1.3.132.0.39': 'sect571r1',
};

/** The number of bits on a curve, which its name contains. */
export const curveSize = (curve: string): number => Number(/\d+/.exec(curve)?.[0] ?? 0);

/** The kind of a public key in DER; undefined if it is another one. */
export function kindOf(publicKey: Uint8Array): KeyKind | undefined {
  const [algorithm, key] = partsOf(readDer(publicKey) ?? { body: new Uint8Array() });
  const [type, options] = partsOf(algorithm ?? { body: new Uint8Array() });
  if (type === undefined || key === undefined) return undefined;
  switch (oidOf(type)) {
    case '1.2.840.113549.1.1.1':
      return { type: 'RSA', size: bitLength(partsOf(readDer(key.body.subarray(1)) ?? key)[0]) };
    case '1.2.840.10040.4.1':
      return { type: 'DSA', size: bitLength(partsOf(options ?? key)[0]) };
    case '1.2.840.10045.2.1': {
      const curve = options === undefined ? undefined : CURVES[oidOf(options)];
      return { type: 'ECC', curve, size: curveSize(curve ?? '') };
    }
    case '1.3.101.110':
      return { type: 'X25519', size: 253 };
    case '1.3.101.111':
      return { type: 'X448', size: 448 };
    case '1.3.101.112':
      return { type: 'Ed25519', size: 253 };
    case '1.3.101.113':
      return { type: 'Ed448', size: 456 };
    default:
      return undefined;
  }
}

const bitLength = (number: Der | undefined): number =>
  number === undefined ? 0 : integerOf(number).toString(2).length;

/** The bytes of the key alone, of which identifiers are made. */
export function keyBits(publicKey: Uint8Array): Uint8Array {
  const [, key] = partsOf(readDer(publicKey) ?? { body: new Uint8Array() });
  return key?.body.subarray(1) ?? new Uint8Array();
}

/** The checksums of a public key or certificate, by algorithm. */
export const fingerprints = (bytes: Uint8Array): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const).map((algorithm) => [
      algorithm,
      colons(Buffer.from(hash(algorithm, bytes), 'hex')),
    ]),
  );

/** The numbers that a key consists of, by the names that the module gives them. */
export function numbersOf(publicKey: Uint8Array): Readonly<Record<string, unknown>> {
  const kind = kindOf(publicKey);
  const numbers = partsOf(readDer(keyBits(publicKey)) ?? { body: new Uint8Array() }).map((one) =>
    plainInteger(integerOf(one)),
  );
  if (kind?.type === 'RSA') return { size: kind.size, modulus: numbers[0], exponent: numbers[1] };
  if (kind?.type !== 'ECC') return kind === undefined || kind.type === 'DSA' ? { size: kind?.size } : {};
  const point = keyBits(publicKey);
  const half = (point.length - 1) / 2;
  const coordinate = (from: number) => plainInteger(integerOf({ body: point.subarray(from, from + half) }));
  return {
    curve: kind.curve,
    exponent_size: kind.size,
    ...(point[0] === 4 && { x: coordinate(1), y: coordinate(1 + half) }),
  };
}
