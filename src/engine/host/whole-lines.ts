/** A longer output line is not shown live, but the result contains it. */
const LONGEST = 65_536;

/**
 * Live output, reported in whole lines: part of a line could contain part of a secret, which would not be recognized,
 * or part of a character. `\r` also ends a line (a progress bar).
 */
class WholeLines {
  readonly #tell: (text: string) => void;
  #kept: Buffer[] = [];
  #size = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Add output; reports all lines that it completes. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk);
    const end = Math.max(bytes.lastIndexOf('\n'), bytes.lastIndexOf('\r')) + 1;
    if (end > 0) {
      this.#keep(bytes.subarray(0, end));
      this.end();
    }
    this.#keep(bytes.subarray(end));
  }

  /** The output has ended: report an unfinished last line as well. */
  end(): void {
    const text = this.#size > LONGEST ? '… (a long line)\n' : Buffer.concat(this.#kept).toString();
    this.#kept = [];
    this.#size = 0;
    if (text !== '') this.#tell(text);
  }

  #keep(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size <= LONGEST) this.#kept.push(bytes);
    else this.#kept = [];
  }
}

type Told = (stream: 'stdout' | 'stderr', text: string) => void;

/** Both streams of a command, each split into whole lines; collects in `open` what must be ended with the command. */
export function linesOf(tell: Told, open: { end(): void }[]): (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void {
  const lines = {
    stdout: new WholeLines((text) => tell('stdout', text)),
    stderr: new WholeLines((text) => tell('stderr', text)),
  };
  open.push(lines.stdout, lines.stderr);
  return (stream, chunk) => lines[stream].push(chunk);
}
