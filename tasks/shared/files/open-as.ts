import { type OpenedText, openText } from '../../../src/sdk.ts';
import { decoderOf } from './decode-as.ts';

/** What becomes text and back in one encoding; undefined if a character or a byte does not exist in it. */
interface Codec {
  readonly decode: (bytes: Uint8Array) => string | undefined;
  readonly encode: (text: string) => Uint8Array | undefined;
}

/**
 * A file's bytes as text in an encoding, or why that is not possible. `added`: text that may be put into it. Without an encoding, and in
 * UTF-8, every file can be opened.
 */
export function openAs(
  bytes: Uint8Array,
  encoding: string | undefined,
  added: readonly (string | undefined)[],
): OpenedText | { readonly failed: string } {
  if (encoding === undefined || /^utf[-_]?8$/i.test(encoding)) return openText(bytes);
  const codec = codecOf(encoding, bytes);
  if (codec === undefined) return { failed: `unknown encoding: ${encoding}` };
  const text = codec.decode(bytes);
  const again = text === undefined ? undefined : codec.encode(text);
  if (text === undefined || again === undefined || !Buffer.from(again).equals(bytes))
    return { failed: `the file is not text in the encoding ${encoding}` };
  const foreign = added.find((one) => one !== undefined && codec.encode(one) === undefined);
  if (foreign !== undefined) return { failed: `the encoding ${encoding} lacks a character of: ${foreign}` };
  return { text, foreign: (ours) => ours, close: (changed) => codec.encode(changed) ?? bytes };
}

function codecOf(encoding: string, bytes: Uint8Array): Codec | undefined {
  const name = encoding.toLowerCase().replaceAll('_', '-');
  if (name === 'utf-8-sig') return withMark(utf8, utf8Mark);
  const wide = /^utf-?16(-?[bl]e)?$/.exec(name);
  if (wide !== null) return utf16(wide[1], bytes);
  const decode = decoderOf(encoding);
  return decode === undefined ? undefined : { decode, encode: encoderOf(decode) };
}

const utf8Mark = Uint8Array.of(0xef, 0xbb, 0xbf);
const utf8: Codec = {
  decode: decoderOf('utf-8') ?? (() => undefined),
  encode: (text) => (text.isWellFormed() ? Buffer.from(text) : undefined),
};

/** As in Python, plain `utf-16` begins with a byte order mark, which tells the order; a new file gets the little-endian one. */
function utf16(order: string | undefined, bytes: Uint8Array): Codec {
  if (order !== undefined) return order.endsWith('be') ? bigEndian : littleEndian;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  return isBig ? withMark(bigEndian, Uint8Array.of(0xfe, 0xff)) : withMark(littleEndian, Uint8Array.of(0xff, 0xfe));
}

const littleEndian: Codec = {
  decode: (bytes) => (bytes.length % 2 === 0 ? Buffer.from(bytes).toString('utf16le') : undefined),
  encode: (text) => Buffer.from(text, 'utf16le'),
};
const bigEndian: Codec = {
  decode: (bytes) => (bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : undefined),
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
};

/** An encoding whose files begin with a mark that is not part of the text. */
const withMark = ({ decode, encode }: Codec, mark: Uint8Array): Codec => ({
  decode(bytes) {
    if (bytes.length === 0) return '';
    return Buffer.from(bytes.subarray(0, mark.length)).equals(mark) ? decode(bytes.subarray(mark.length)) : undefined;
  },
  encode(text) {
    const bytes = encode(text);
    return bytes === undefined || text === '' ? bytes : Buffer.concat([mark, bytes]);
  },
});

/** An encoder for an encoding with one or two bytes to a character: the decoder, read backwards. */
function encoderOf(decode: Codec['decode']): Codec['encode'] {
  let table: ReadonlyMap<string, Uint8Array> | undefined;
  return (text) => {
    table ??= backwards(decode);
    const pieces: Uint8Array[] = [];
    for (const character of text) {
      const bytes = table.get(character);
      if (bytes === undefined) return undefined;
      pieces.push(bytes);
    }
    return Buffer.concat(pieces);
  };
}

function backwards(decode: Codec['decode']): ReadonlyMap<string, Uint8Array> {
  const table = new Map<string, Uint8Array>();
  const add = (...bytes: number[]): boolean => {
    const character = decode(Uint8Array.from(bytes));
    const isOne = character !== undefined && [...character].length === 1;
    if (isOne && !table.has(character)) table.set(character, Uint8Array.from(bytes));
    return isOne;
  };
  for (let first = 0; first < 256; first++)
    if (!add(first)) for (let second = 0; second < 256; second++) add(first, second);
  return table;
}
