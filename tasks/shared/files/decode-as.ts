/** What decodes bytes in an encoding, which is called as in Python (`gbk`, `latin-1`); undefined if there is no such encoding. */
export function decoderOf(encoding: string): ((bytes: Uint8Array) => string | undefined) | undefined {
  const name = encoding.toLowerCase().replaceAll('_', '-');
  if (/^(latin-?1|l1|iso-?8859-1)$/.test(name)) return (bytes) => Buffer.from(bytes).toString('latin1');
  try {
    const decoder = new TextDecoder(name, { fatal: true });
    return (bytes) => decoded(decoder, bytes);
  } catch {
    return undefined;
  }
}

/** Undefined if the bytes are not in that encoding. */
function decoded(decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
