import type { Part, Reply } from '../../core/session.ts';
import { MarkSplitter } from './mark-splitter.ts';

type StreamName = 'stdout' | 'stderr';

/** Reads the response to one exchange: turns stdout and stderr into one reply for each part. */
export class ReplyReader {
  readonly #parts: readonly Part[];
  readonly #splitters: Record<StreamName, MarkSplitter>;
  readonly #replies: Reply[] = [];
  readonly #output: Record<StreamName, Buffer[][]>;
  readonly #marks: string[] = [];
  // Output before the first mark comes from background processes of earlier parts, and is dropped.
  readonly #at: Record<StreamName, number> = { stdout: -1, stderr: -1 };

  constructor(parts: readonly Part[], nonce: string) {
    this.#parts = parts;
    this.#output = { stdout: parts.map(() => []), stderr: parts.map(() => []) };
    this.#splitters = { stdout: this.#splitter('stdout', nonce), stderr: this.#splitter('stderr', nonce) };
  }

  push(stream: StreamName, chunk: Buffer): void {
    this.#splitters[stream].push(chunk);
  }

  /** The replies that have arrived completely. */
  get replies(): readonly Reply[] {
    return this.#replies;
  }

  get done(): boolean {
    return Math.min(this.#at.stdout, this.#at.stderr) >= this.#parts.length;
  }

  #splitter(stream: StreamName, nonce: string): MarkSplitter {
    return new MarkSplitter(
      nonce,
      (bytes) => this.#take(stream, bytes),
      (word) => {
        if (stream === 'stdout') this.#marks[this.#at.stdout] = word;
        this.#at[stream]++;
        this.#finish();
      },
    );
  }

  #take(stream: StreamName, bytes: Buffer): void {
    const at = this.#at[stream];
    this.#output[stream][at]?.push(bytes);
    if (bytes.length > 0) this.#parts[at]?.onOutput?.(stream, bytes);
  }

  #finish(): void {
    while (this.#replies.length < Math.min(this.#at.stdout, this.#at.stderr)) {
      const at = this.#replies.length;
      const stdout = Buffer.concat(this.#output.stdout[at] ?? []);
      const stderr = Buffer.concat(this.#output.stderr[at] ?? []);
      const reply = { ...outcome(this.#marks[at] ?? ''), stdout, stderr };
      this.#replies.push(reply);
      this.#output.stdout[at] = [];
      this.#output.stderr[at] = [];
      this.#parts[at]?.onReply?.(reply);
    }
  }
}

function outcome(mark: string): Pick<Reply, 'code' | 'skipped' | 'timedOut'> {
  if (mark === 's') return { code: -1, skipped: true };
  const code = Number.parseInt(mark, 10);
  return mark.endsWith('t') ? { code, timedOut: true } : { code };
}
