/** The bytes of the first block in a PEM text that has one of these labels; undefined if there is none. */
export function fromPem(text: string, ...labels: readonly string[]): Uint8Array | undefined {
  for (const [, label = '', body = ''] of text.matchAll(BLOCK))
    if (labels.includes(label)) return Buffer.from(body.replace(/\s+/g, ''), 'base64');
  return undefined;
}

/** The bytes of all blocks with this label. */
export const allFromPem = (text: string, label: string): readonly Uint8Array[] =>
  [...text.matchAll(BLOCK)]
    .filter(([, found]) => found === label)
    .map(([, , body = '']) => Buffer.from(body.replace(/\s+/g, ''), 'base64'));

/** Bytes as PEM. */
export const toPem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/gm;
