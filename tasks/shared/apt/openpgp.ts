import { hash } from '../../../src/sdk.ts';

/** A public key with its subkeys, as a keyring contains it. */
export interface PublicKey {
  /** The fingerprints of the key itself and of its subkeys, in capitals. */
  readonly fingerprint: string;
  readonly subkeys: readonly string[];
  /** When it expires, in seconds since the epoch; undefined if it never does. */
  readonly expires: number | undefined;
}

/** The OpenPGP keys in a file, armored or not. Keys of a kind that apt cannot use are left out. */
export function publicKeys(file: Uint8Array): readonly PublicKey[] {
  const keys: { fingerprint: string; subkeys: string[]; created: number; signed: Signature | undefined }[] = [];
  for (const { tag, body } of packetsIn(plainBytes(file))) {
    const last = keys.at(-1);
    if (tag === PUBLIC_KEY && body[0] === 4)
      keys.push({ fingerprint: fingerprintOf(body), subkeys: [], created: number32(body, 1), signed: undefined });
    else if (tag === PUBLIC_SUBKEY && body[0] === 4) last?.subkeys.push(fingerprintOf(body));
    else if (tag === SIGNATURE && last !== undefined) last.signed = newest(last.signed, ownSignature(body, last));
  }
  return keys.map(({ fingerprint, subkeys, created, signed }) => ({
    fingerprint,
    subkeys,
    expires: signed?.lifetime === undefined ? undefined : created + signed.lifetime,
  }));
}

const SIGNATURE = 2;
const PUBLIC_KEY = 6;
const PUBLIC_SUBKEY = 14;

/** The bytes of a key file without its armor, of which a file may contain several blocks. */
function plainBytes(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  if (!text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return file;
  const blocks = text
    .replaceAll('\r', '')
    .matchAll(/^-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\n([\s\S]*?)^-----END/gm);
  return Buffer.concat([...blocks].map(([, block = '']) => Buffer.from(withoutHeaders(block), 'base64')));
}

/** Headers end with an empty line, and the checksum begins with `=`. */
const withoutHeaders = (block: string): string =>
  block.replace(/^(?:[^\n]*: [^\n]*\n)*[ \t]*\n/, '').replace(/^=.*$/m, '');

interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** The packets in some bytes, up to the first that is not one. */
function packetsIn(bytes: Uint8Array): readonly Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = headAt(bytes, at);
    if (head === undefined || head.start + head.length > bytes.length) break;
    packets.push({ tag: head.tag, body: bytes.subarray(head.start, head.start + head.length) });
    at = head.start + head.length;
  }
  return packets;
}

interface Head {
  readonly tag: number;
  /** Where its body begins, and how long that is. */
  readonly start: number;
  readonly length: number;
}

/** The header of a packet, in the old or the new format; undefined if there is none. */
function headAt(bytes: Uint8Array, at: number): Head | undefined {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) return undefined;
  if ((first & 0x40) === 0) {
    const size = [1, 2, 4][first & 3];
    if (size === undefined) return undefined;
    return { tag: (first >> 2) & 15, start: at + 1 + size, length: bigEndian(bytes, at + 1, size) };
  }
  const length = lengthAt(bytes, at + 1);
  return length && { tag: first & 63, start: length.next, length: length.value };
}

/** A length of the new format; undefined if it is a partial one, which keys do not have. */
function lengthAt(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at] ?? 0;
  if (first < 192) return { value: first, next: at + 1 };
  if (first < 224) return { value: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192, next: at + 2 };
  return first === 255 ? { value: number32(bytes, at + 1), next: at + 5 } : undefined;
}

const bigEndian = (bytes: Uint8Array, at: number, size: number): number =>
  bytes.subarray(at, at + size).reduce((value, byte) => value * 256 + byte, 0);

const number32 = (bytes: Uint8Array, at: number): number => bigEndian(bytes, at, 4);

const fingerprintOf = (body: Uint8Array): string =>
  hash('sha1', Buffer.concat([Uint8Array.of(0x99, body.length >> 8, body.length & 255), body])).toUpperCase();

interface Signature {
  readonly made: number;
  /** For how many seconds the key is valid; undefined if forever. */
  readonly lifetime: number | undefined;
}

/** A signature with which a key certifies one of its own names; undefined if it is another one. */
function ownSignature(body: Uint8Array, { fingerprint }: { readonly fingerprint: string }): Signature | undefined {
  const isCertification = body[0] === 4 && ((body[1] ?? 0) & 0xfc) === 0x10;
  if (!isCertification && body[1] !== DIRECT) return undefined;
  const hashed = bigEndian(body, 4, 2);
  const unhashed = bigEndian(body, 6 + hashed, 2);
  const parts = [
    ...subpackets(body.subarray(6, 6 + hashed)),
    ...subpackets(body.subarray(8 + hashed, 8 + hashed + unhashed)),
  ];
  const find = (kind: number) => parts.find(({ tag }) => tag === kind)?.body;
  const issuer = find(ISSUER);
  if (issuer === undefined || !fingerprint.endsWith(Buffer.from(issuer).toString('hex').toUpperCase()))
    return undefined;
  const [made, lifetime] = [find(MADE), find(LIFETIME)];
  return {
    made: made === undefined ? 0 : number32(made, 0),
    lifetime: lifetime === undefined || number32(lifetime, 0) === 0 ? undefined : number32(lifetime, 0),
  };
}

const DIRECT = 0x1f;
const MADE = 2;
const LIFETIME = 9;
const ISSUER = 16;

function subpackets(bytes: Uint8Array): readonly Packet[] {
  const found: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    if (length === undefined || length.value === 0) break;
    found.push({
      tag: (bytes[length.next] ?? 0) & 0x7f,
      body: bytes.subarray(length.next + 1, length.next + length.value),
    });
    at = length.next + length.value;
  }
  return found;
}

const newest = (one: Signature | undefined, other: Signature | undefined): Signature | undefined =>
  other === undefined || (one !== undefined && one.made > other.made) ? one : other;
