import { codeOf } from './text/code-of.ts';

/** A file's bytes as text that converts back to the same bytes, whatever they are. */
export interface OpenedText {
  readonly text: string;
  /** Converts our own text to the form that it has within `text`: one character per byte if the file is not UTF-8. */
  readonly foreign: (text: string) => string;
  readonly close: (text: string) => Uint8Array;
}

/** Decode bytes as UTF-8; if they are not UTF-8, map each byte to one character, so that nothing is lost. */
export function openText(bytes: Uint8Array): OpenedText {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, foreign: (ours) => ours, close: encodeText };
  } catch {
    // Not UTF-8: latin1 maps each byte to the character with the same number, and back.
    return {
      text: Buffer.from(bytes).toString('latin1'),
      foreign: (ours) => encodeText(ours).toString('latin1'),
      close: (changed) => Buffer.from(changed, 'latin1'),
    };
  }
}

/**
 * Decode text from a host or a file. A byte that is not UTF-8 becomes a lone surrogate (0xE9 is U+DCE9), as in Python,
 * so that `encodeText` restores the same bytes: names and text in other encodings survive. A terminal shows it as
 * U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceAt(bytes, at);
    if (size === 0) units[length++] = 0xdc00 + bytes[at++]!;
    else {
      const point = size === 1 ? bytes[at]! : codeOf(buffer.toString('utf8', at, at + size));
      if (point > 0xffff) units[length++] = 0xd7c0 + (point >> 10);
      units[length++] = point > 0xffff ? 0xdc00 + (point & 0x3ff) : point;
      at += size;
    }
  }
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}

// For each kind of UTF-8 sequence: the highest first byte, the length, and the range of the second byte.
const sequences = [
  [0x7f, 1, 0, 0],
  [0xc1, 0, 0, 0],
  [0xdf, 2, 0x80, 0xbf],
  [0xe0, 3, 0xa0, 0xbf],
  [0xec, 3, 0x80, 0xbf],
  [0xed, 3, 0x80, 0x9f],
  [0xef, 3, 0x80, 0xbf],
  [0xf0, 4, 0x90, 0xbf],
  [0xf3, 4, 0x80, 0xbf],
  [0xf4, 4, 0x80, 0x8f],
  [0xff, 0, 0, 0],
] as const;

/** The length in bytes of the character at this offset; 0 if it is not UTF-8. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const [, size, low, high] = sequences.find(([last]) => first <= last)!;
  const second = bytes[at + 1] ?? 0;
  if (size === 0 || second < low || second > high) return 0;
  for (let more = at + 2; more < at + size; more++) if (((bytes[more] ?? 0) & 0xc0) !== 0x80) return 0;
  return size;
}

/** Encode text as UTF-8; what `decodeText` made of other bytes becomes those bytes again. */
export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  // With `u` a surrogate matches only if it stands alone; latin1 keeps the lower byte of each.
  const pieces = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(pieces.map((piece, index) => Buffer.from(piece, index % 2 === 0 ? 'utf8' : 'latin1')));
}

/** A path in the form that the local file system expects. */
export const localPath = (path: string): string | Buffer => (path.isWellFormed() ? path : encodeText(path));
