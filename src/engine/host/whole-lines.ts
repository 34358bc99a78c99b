/** A line of output that is longer is not told while it comes; the result has it. */
const LONGEST = 65_536;

/**
 * Live output, told in whole lines: in a half of a line nobody would know the half of a secret, and a character may be cut.
 * What a `\r` ends (a progress bar) is a line as well.
 */
class WholeLines {
  readonly #tell: (text: string) => void;
  #kept: Buffer[] = [];
  #size = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** What came; all lines that end in it are told. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk);
    const end = Math.max(bytes.lastIndexOf('\n'), bytes.lastIndexOf('\r')) + 1;
    if (end > 0) {
      this.#keep(bytes.subarray(0, end));
      this.end();
    }
    this.#keep(bytes.subarray(end));
  }

  /** Nothing more comes: what has no end is told, too. */
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

/** Both streams of a command, each in whole lines; `open` gets those that are to be ended with it. */
export function linesOf(tell: Told, open: { end(): void }[]): (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void {
  const lines = {
    stdout: new WholeLines((text) => tell('stdout', text)),
    stderr: new WholeLines((text) => tell('stderr', text)),
  };
  open.push(lines.stdout, lines.stderr);
  return (stream, chunk) => lines[stream].push(chunk);
}
