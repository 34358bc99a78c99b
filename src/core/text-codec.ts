/** A file's bytes as text that goes back to the same bytes, whatever they are. */
export interface OpenedText {
  readonly text: string;
  /** Text of ours as it reads in this file's encoding. */
  readonly foreign: (text: string) => string;
  readonly close: (text: string) => Uint8Array;
}

/** Bytes as UTF-8 text; where they are not, each byte as one character, so that nothing is lost. */
export function openText(bytes: Uint8Array): OpenedText {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, foreign: (ours) => ours, close: (changed) => new TextEncoder().encode(changed) };
  } catch {
    // Not UTF-8: latin1 maps each byte to the character of its number, and back.
    return {
      text: Buffer.from(bytes).toString('latin1'),
      foreign: (ours) => Buffer.from(ours).toString('latin1'),
      close: (changed) => Buffer.from(changed, 'latin1'),
    };
  }
}
