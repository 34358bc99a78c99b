/** What decodes bytes in an encoding, which is called as in Python (`gbk`, `latin-1`); undefined if there is no such encoding. */
export function decoderOf(encoding: string): ((bytes: Uint8Array) => string | undefined) | undefined {
  const name = encoding.toLowerCase().replaceAll('_', '-');
  if (/^(latin-?1|l1|iso-?8859-1)$/.test(name)) return (bytes) => Buffer.from(bytes).toString('latin1');
  if (/^(cp|windows-?)?1252$/.test(name))
    return (bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\x80-\x9f]/g, in1252);
  try {
    const decoder = new TextDecoder(name, { fatal: true });
    return (bytes) => decoded(decoder, bytes);
  } catch {
    return undefined;
  }
}

/** The characters of Windows-1252 where Latin-1 has control characters; some versions of Node.js decode it as Latin-1. */
const between = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const in1252 = (control: string): string => between.charAt(control.charCodeAt(0) - 0x80);

/** Undefined if the bytes are not in that encoding. */
function decoded(decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
