declare const isShell: unique symbol;

/** Text for a shell that came out of the tags below: every value in it is quoted. Nothing else has this type. */
export type ShellText = string & { readonly [isShell]: true };

/** Something for a host to do, as a value: a script whose every value is quoted, and what it reads. */
export interface Command {
  readonly script: ShellText;
  readonly stdin?: Uint8Array | string | FromHost;
  /** Shown instead of the script in `-vvv` and the journal. */
  readonly shown?: string;
  /** Exit codes that count as success; 0 without it. */
  readonly accepts?: readonly number[];
  /** Streams its output to the live view; for work that takes long. */
  readonly long?: boolean;
  /** Milliseconds after which it is killed and has failed. */
  readonly deadlineMs?: number;
  /** Written by the user, not by us: it runs in the locale that the login has, and not in the C locale. */
  readonly ownLocale?: boolean;
}

/** What a command reads may come from another host: its command's stdout, carried in memory. */
export interface FromHost {
  readonly host: string;
  readonly command: Command;
}

/** A word or piece of a script that needs no quoting, because it is one already. */
export class Script {
  readonly text: ShellText;
  constructor(text: ShellText) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What can be put into a command: a value that is quoted, a piece of script, another command's script, or a list of them. */
export type Word = OneWord | readonly OneWord[];

type OneWord = string | number | Script | Pick<Command, 'script'>;

/** Quote a word for `sh`, so that it means exactly itself. (zx's `quote` is for bash only.) */
export function quote(word: string): string {
  if (word === '') return "''";
  if (/^[A-Za-z0-9_%+,./:@-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function quoteWord(word: Word): string {
  if (word instanceof Script) return word.text;
  if (Array.isArray(word)) return word.map(quoteWord).join(' ');
  return typeof word === 'object' && 'script' in word ? word.script : quote(String(word));
}

/** As written, but for what a template of JavaScript cannot hold otherwise: `\${` and a backtick. */
const asWritten = (piece: string): string => piece.replace(/\\(?=\$\{|`)/g, '');

/** The one place that makes text for a shell. */
const shellText = (text: string): ShellText => text as ShellText;

/**
 * A piece of script in which every value is quoted; a list becomes its words, a `Script` stays as it is. A value goes beside
 * quotes, never into them: `` script`"$HOME"/${name}` ``. The shell's own `${…}` is written `\${…}`.
 */
export const script = (pieces: TemplateStringsArray, ...words: Word[]): Script =>
  new Script(
    shellText(
      pieces.raw.map(asWritten).reduce((text, piece, index) => text + quoteWord(words[index - 1] ?? nothing) + piece),
    ),
  );

const nothing = new Script(shellText(''));

/** Pieces of script one after the other, with a piece (`` script` && ` ``) between them. */
export const joined = (pieces: readonly Script[], between: Script): Script =>
  new Script(shellText(pieces.map(({ text }) => text).join(between.text)));

/** A script that a person wrote as such: the only text for a shell that is none of ours. */
export const writtenScript = (text: string): Script => new Script(shellText(text));

/** The beginning of a script that runs in the locale that the login has: the wire shell, which is in the C locale, remembers it. */
export const ownLocale = script`LC_ALL=$_locale
[ "$LC_ALL" ] || unset LC_ALL
`;

/** A command in which every value is quoted: `` sh`ln -s ${src} ${dest}` ``. */
export const sh = (pieces: TemplateStringsArray, ...words: Word[]): Command => ({
  script: script(pieces, ...words).text,
});

/** The same command with something to read on stdin. */
export const reading = (command: Command, stdin: Uint8Array | string | FromHost): Command => ({ ...command, stdin });
