import type { Fragment } from '../../../src/sdk.ts';
import { encodeText } from '../../../src/sdk.ts';

/** Joins fragments, adding a newline where a fragment lacks one, and a delimiter between them. */
export function assembled(fragments: readonly Fragment[], delimiter: string | undefined): Uint8Array {
  const newline = new Uint8Array([10]);
  const between = delimiter === undefined || delimiter === '' ? [] : [delimiterBytes(delimiter)];
  const pieces = fragments.flatMap(({ bytes }, index) => {
    const previous = fragments[index - 1]?.bytes;
    if (previous === undefined) return [bytes];
    return [...(previous.at(-1) === 10 ? [] : [newline]), ...between, bytes];
  });
  return Buffer.concat(pieces);
}

/** Interprets escapes such as `\n`; a delimiter always ends with a newline. */
function delimiterBytes(delimiter: string): Uint8Array {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
  const text = delimiter.replace(/\\(x([0-9a-fA-F]{2})|.)/g, (all, char: string, hex: string | undefined) =>
    hex === undefined ? (escapes[char] ?? all) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return encodeText(text.endsWith('\n') ? text : `${text}\n`);
}
