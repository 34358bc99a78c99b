/** Something for a host to do, as a value: a script whose every value is quoted, and what it reads. */
export interface Command {
  readonly script: string;
  readonly stdin?: Uint8Array | string | FromHost;
  /** Shown instead of the script in `-vvv` and the journal. */
  readonly shown?: string;
  /** Exit codes that count as success; 0 without it. */
  readonly accepts?: readonly number[];
  /** Streams its output to the live view; for work that takes long. */
  readonly long?: boolean;
  /** Milliseconds after which it is killed and has failed. */
  readonly deadlineMs?: number;
}

/** What a command reads may come from another host: its command's stdout, carried in memory. */
export interface FromHost {
  readonly host: string;
  readonly command: Command;
}

/** A word or piece of a script that needs no quoting, because it is one already. */
export class Script {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What can be put into a command: a value that is quoted, a piece of script, or a list of them. */
export type Word = string | number | Script | readonly (string | number | Script)[];

/** Quote a word for `sh`, so that it means exactly itself. (zx's `quote` is for bash only.) */
export function quote(word: string): string {
  if (word === '') return "''";
  if (/^[A-Za-z0-9_%+,./:@-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const quoteWord = (word: Word): string =>
  word instanceof Script ? word.text : Array.isArray(word) ? word.map(quoteWord).join(' ') : quote(String(word));

/** A piece of script in which every value is quoted; a list becomes its words, a `Script` stays as it is. */
export const script = (pieces: TemplateStringsArray, ...words: Word[]): Script =>
  new Script(pieces.raw.reduce((text, piece, index) => text + quoteWord(words[index - 1] ?? new Script('')) + piece));

/** A command in which every value is quoted: `` sh`ln -s ${src} ${dest}` ``. */
export const sh = (pieces: TemplateStringsArray, ...words: Word[]): Command => ({
  script: script(pieces, ...words).text,
});

/** The same command with something to read on stdin. */
export const reading = (command: Command, stdin: Uint8Array | string | FromHost): Command => ({ ...command, stdin });
