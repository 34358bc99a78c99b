import { readLocalFile } from '../core/local-file.ts';
import type { Result } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';
import { decodeText } from '../core/text-codec.ts';

/** The text of a local file, or why it cannot be read. */
export function readLocalText(file: string): Result<string, string> {
  try {
    return { ok: true, value: decodeText(readLocalFile(file)) };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { ok: false, error: reason };
  }
}
