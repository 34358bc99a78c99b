import type { Bytes } from './local-content.ts';

declare const isShell: unique symbol;

/** Shell text produced by the tags below, with every value quoted. Nothing else has this type. */
export type ShellText = string & { readonly [isShell]: true };

/** Something for a host to execute, as a value: a script in which every value is quoted, and its stdin. */
export interface Command {
  readonly script: ShellText;
  readonly stdin?: Bytes | string | FromHost;
  /** Shown instead of the script in `-vvv` and the journal. */
  readonly shown?: string;
  /** Exit codes that count as success; only 0 by default. */
  readonly accepts?: readonly number[];
  /** Streams its output to the live view; for long-running work. */
  readonly long?: boolean;
  /** After this many milliseconds it is killed and counts as failed. */
  readonly deadlineMs?: number;
  /**
   * The inventory host to run it on, as the user who logs in there, instead of the task's own. All commands of a task
   * run on the same host.
   */
  readonly at?: string;
  /** Whether the user wrote it: it then runs in the login's locale instead of the C locale. */
  readonly ownLocale?: boolean;
}

/** Stdin can come from another host: the stdout of a command there, held in memory. */
export interface FromHost {
  readonly host: string;
  readonly command: Command;
}

/** A word or piece of script that needs no quoting because it is already shell text. */
export class Script {
  readonly text: ShellText;
  constructor(text: ShellText) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/**
 * A value that can be interpolated into a command: text (quoted), a piece of script, another command's script, or a
 * list of these.
 */
export type Word = OneWord | readonly OneWord[];

type OneWord = string | number | Script | Pick<Command, 'script'>;

/** Quote a word so that `sh` takes it literally. (zx's `quote` is for bash only.) */
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

/** The text as written, after unescaping what a JavaScript template cannot contain literally: `\${` and a backtick. */
const asWritten = (piece: string): string => piece.replace(/\\(?=\$\{|`)/g, '');

/** The only place that creates shell text. */
const shellText = (text: string): ShellText => text as ShellText;

/**
 * A piece of script in which every value is quoted; a list becomes several words, a `Script` is inserted unchanged.
 * Put a value next to quotes, never inside them: `` script`"$HOME"/${name}` ``. Write the shell's own `${…}` as
 * `\${…}`.
 */
export const script = (pieces: TemplateStringsArray, ...words: Word[]): Script =>
  new Script(
    shellText(
      pieces.raw.map(asWritten).reduce((text, piece, index) => text + quoteWord(words[index - 1] ?? nothing) + piece),
    ),
  );

const nothing = new Script(shellText(''));

/** Join pieces of script with a separator (`` script` && ` ``). */
export const joined = (pieces: readonly Script[], between: Script): Script =>
  new Script(shellText(pieces.map(({ text }) => text).join(between.text)));

/** A script that a person wrote as such: the only shell text that we did not write ourselves. */
export const writtenScript = (text: string): Script => new Script(shellText(text));

/**
 * Prefix for a script that runs in the login's locale. The wire shell itself runs in the C locale and remembers the
 * login's in `$_locale`.
 */
export const ownLocale = script`LC_ALL=$_locale
[ "$LC_ALL" ] || unset LC_ALL
`;

/** A command in which every value is quoted: `` sh`ln -s ${src} ${dest}` ``. */
export const sh = (pieces: TemplateStringsArray, ...words: Word[]): Command => ({
  script: script(pieces, ...words).text,
});

/** For `accepts`: every exit code, where the result says whether it is a failure. */
export const anyCode: readonly number[] = Array.from({ length: 256 }, (_, code) => code);

/** Add stdin to a command. */
export const reading = (command: Command, stdin: Bytes | string | FromHost): Command => ({ ...command, stdin });
