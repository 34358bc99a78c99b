/** Splits a stream of bytes at marks that only we know: a random nonce, a word, and a newline. */
export class MarkSplitter {
  readonly #nonce: Buffer;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #onMark: (word: string) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(nonce: string, onBytes: (bytes: Buffer) => void, onMark: (word: string) => void) {
    this.#nonce = Buffer.from(nonce);
    this.#onBytes = onBytes;
    this.#onMark = onMark;
  }

  /** Passes bytes on at once, except those at the end that could be the start of a mark. */
  push(chunk: Buffer): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    for (;;) {
      const at = rest.indexOf(this.#nonce);
      const end = at < 0 ? -1 : rest.indexOf(10, at + this.#nonce.length);
      if (end < 0) {
        this.#held = this.#hold(rest, at < 0 ? rest.length - partialLength(rest, this.#nonce) : at);
        return;
      }
      if (at > 0) this.#onBytes(rest.subarray(0, at));
      this.#onMark(rest.toString('latin1', at + this.#nonce.length, end));
      rest = rest.subarray(end + 1);
    }
  }

  #hold(rest: Buffer, from: number): Buffer {
    if (from > 0) this.#onBytes(rest.subarray(0, from));
    return rest.subarray(from);
  }
}

/** The number of bytes at the end of `bytes` that are a prefix of `nonce`. */
function partialLength(bytes: Buffer, nonce: Buffer): number {
  const first = nonce.subarray(0, 1);
  let at = bytes.indexOf(first, Math.max(0, bytes.length - nonce.length + 1));
  while (at >= 0) {
    if (bytes.subarray(at).equals(nonce.subarray(0, bytes.length - at))) return bytes.length - at;
    at = bytes.indexOf(first, at + 1);
  }
  return 0;
}
