import { closeSync, openSync, readSync } from 'node:fs';
import { readLocalFile, statOf } from './local-file.ts';
import { localPath } from './text-codec.ts';

/**
 * The content of a large file on the controller, by its path: it is read a piece at a time when it is hashed or sent, and
 * never held in memory as a whole.
 */
export interface LocalContent {
  readonly local: string;
  /** In bytes, when it was looked at. */
  readonly length: number;
}

/** A file's content: as bytes, or as a file on the controller. */
export type Bytes = Uint8Array | LocalContent;

/** Smaller files are read once and held in memory. */
const LARGE = 8 * 1024 ** 2;
const PIECE = 256 * 1024;

/** The content of a regular file that is too large to be held in memory; undefined for any other file. */
export function largeContent(path: string): LocalContent | undefined {
  const stats = statOf(path);
  return stats?.isFile() && stats.size > LARGE ? { local: path, length: stats.size } : undefined;
}

/** The first bytes of a file. */
export function startOf(content: LocalContent, length: number): Uint8Array {
  for (const piece of piecesOf(content)) return piece.slice(0, length);
  return new Uint8Array();
}

/** The whole content, in memory. */
export const wholeOf = (content: Bytes): Uint8Array =>
  content instanceof Uint8Array ? content : readLocalFile(content.local);

/** The pieces of a file, one after another. Each is valid until the next is asked for. */
export function* piecesOf({ local }: LocalContent): Generator<Uint8Array> {
  const file = openSync(localPath(local), 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const length = readSync(file, piece, 0, PIECE, null);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
