import type { Part } from '../../core/session.ts';
import { encodeText } from '../../core/text-codec.ts';
import { prelude } from './shell-text.ts';

/**
 * Encode an exchange for the wire shell: the length of the script, the script, and then each part's stdin, in order.
 */
export function encodeExchange(parts: readonly Part[], nonce: string, options: { first: boolean }): Buffer {
  const text = encodeText(
    ['{', options.first ? prelude : '', `_n='${nonce}' _r=0`, '_mark', ...parts.map(call), '}'].join('\n'),
  );
  return Buffer.concat([Buffer.from(`${text.length}\n`), text, ...parts.flatMap(content)]);
}

function call({ script, stdin, chained, deadlineMs }: Part): string {
  const deadline = deadlineMs === undefined ? '' : String(deadlineMs / 1000);
  const rest = [stdin?.length ?? 0, chained ? 1 : 0, deadline];
  const plain = rest.every((word) => !word);
  return `_p '${script.replaceAll("'", "'\\''")}'${plain ? '' : ` ${rest[0]} ${rest[1]} ${deadline}`}`;
}

const content = ({ stdin }: Part): Uint8Array[] => (stdin?.length ? [stdin, Buffer.from('.\n')] : []);
