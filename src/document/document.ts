/**
 * What a line of a document is: a command that was run; content of a file; what a command printed; an instruction that a person follows
 * without a command; or text, which is all the rest (headings and blank lines, too).
 */
export type LineKind = 'text' | 'command' | 'content' | 'output' | 'instruction';

/** A line of a document, as it was written, without its end. Lines count from 1. */
export interface DocumentLine {
  readonly number: number;
  readonly kind: LineKind;
  readonly text: string;
}

/** Where a part of a document stands. Lines and columns count from 1; `endColumn` is the column after the last character. */
export interface DocumentSpan {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A heading, and the last line of its section, which includes sections of lower headings. */
export interface Heading {
  readonly depth: number;
  readonly title: string;
  readonly line: number;
  readonly endLine: number;
}

interface PartBase {
  readonly at: DocumentSpan;
  /** The headings that it stands under, the highest first. */
  readonly under: readonly Heading[];
}

/** One program that a command calls, with its words as a shell splits them, without quotes. */
export interface ProgramCall {
  /** The program and its arguments, without `sudo`, `time` and assignments of variables before it. */
  readonly words: readonly string[];
  /** Run by `sudo`: as root, or as the user of `sudo -u`. */
  readonly sudo?: string;
  /** The directory where it runs, if an earlier `cd` or the prompt tells. */
  readonly cwd?: string;
  /** What follows it: `&&`, `||`, `;`, `|` or `&`; undefined for the last. */
  readonly then?: string;
  /** Files that its output is written to (`>`, `>>`) or its input is read from (`<`). */
  readonly redirects: readonly { readonly operator: string; readonly path: string }[];
}

/** A command line: everything that was typed up to the Enter key, with lines that continue it. */
export interface CommandPart extends PartBase {
  readonly kind: 'command';
  /** As typed, without the prompt; lines that end in a backslash are joined. */
  readonly text: string;
  /** Where it was found: in a fence, in an indented block, on a line of prose, in inline code or in quotes. */
  readonly stands: 'fence' | 'indented' | 'prose' | 'inline' | 'quoted';
  readonly calls: readonly ProgramCall[];
  /** The user and the host that the prompt tells, or an earlier `ssh`. */
  readonly user?: string;
  readonly host?: string;
  /** What a reader has to put in: `<password>`, `**password-here**`, `[username]`. */
  readonly placeholders: readonly string[];
}

/** An excerpt of a file. */
export interface ExcerptPart extends PartBase {
  readonly kind: 'content';
  readonly text: string;
  /** The file, as written, if the text before it or the command around it tells. */
  readonly path?: string;
  /** The language of its fence. */
  readonly language?: string;
  /** The line of the instruction that it belongs to: "edit FILE and add:". */
  readonly instruction?: number;
}

/** What a command printed. */
export interface OutputPart extends PartBase {
  readonly kind: 'output';
  readonly text: string;
  /** The line of the command before it, if there is one under the same heading. */
  readonly command?: number;
}

/** Something that a person did without a command that the document shows: in a web page, in an editor. */
export interface InstructionPart extends PartBase {
  readonly kind: 'instruction';
  readonly text: string;
  /** Names in it: inline code, paths, addresses. */
  readonly names: readonly string[];
}

/** A part of a document, with all of its lines. */
export type DocumentPart = CommandPart | ExcerptPart | OutputPart | InstructionPart;

/** A link of a document. */
export interface DocumentLink {
  readonly at: DocumentSpan;
  readonly url: string;
}

/** A comment of a document (`<!-- … -->`), which readers of the page do not see. */
export interface DocumentComment {
  readonly at: DocumentSpan;
  readonly text: string;
}

/** A document that was read. */
export interface InstallDocument {
  /** Its file, for messages. */
  readonly name: string;
  /** Every line of the text, once. */
  readonly lines: readonly DocumentLine[];
  /** In the order of the document. */
  readonly parts: readonly DocumentPart[];
  readonly headings: readonly Heading[];
  readonly links: readonly DocumentLink[];
  readonly comments: readonly DocumentComment[];
}
