import { sh } from '../../core/command.ts';
import { type Bytes, wholeOf } from '../../core/local-content.ts';
import type { Part } from '../../core/session.ts';
import { encodeText } from '../../core/text-codec.ts';

/** Up to this many bytes, an exchange is sent in one write; larger content is not copied first. */
const ONE_WRITE = 1_000_000;

/**
 * Encode an exchange for the wire shell, as chunks to write one after another: the length of the script, the script,
 * and then each part's stdin, in order. The first one brings the functions that all of them use.
 */
export function encodeExchange(parts: readonly Part[], nonce: string, prelude: string): readonly Bytes[] {
  const text = encodeText(['{', prelude, `_n='${nonce}' _r=0 _out=`, '_mark', ...parts.map(call), '}'].join('\n'));
  const chunks = [...framed(text), ...parts.flatMap(content)];
  const isSmall = chunks.reduce((sum, { length }) => sum + length, 0) <= ONE_WRITE;
  return isSmall ? [Buffer.concat(chunks.map(wholeOf))] : chunks;
}

/** A script as a wire shell reads it: its length, and itself. */
export const framed = (script: Buffer): readonly Buffer[] => [Buffer.from(`${script.length}\n`), script];

function call({ script, stdin, chained, deadlineMs, lock }: Part): string {
  if (lock !== undefined) return sh`_lock ${lock.run} ${lock.line}`.script;
  const deadline = deadlineMs === undefined ? '' : String(deadlineMs / 1000);
  const rest = [stdin?.length ?? 0, chained ? 1 : 0, deadline];
  const plain = rest.every((word) => !word);
  return `_p '${script.replaceAll("'", "'\\''")}'${plain ? '' : ` ${rest[0]} ${rest[1]} ${deadline}`}`;
}

const content = ({ stdin }: Part): Bytes[] => (stdin?.length ? [stdin, Buffer.from('.\n')] : []);
