import type { Diagnostic } from '../core/source.ts';
import type { Raw } from '../core/value.ts';
import type { SourceText } from './places.ts';

/** A reading position in YAML text, and what has been found so far. */
export interface Cursor {
  readonly source: SourceText;
  readonly text: string;
  pos: number;
  /** Where the current line starts. */
  lineStart: number;
  /** Whether strings with braces become templates. */
  readonly templates: boolean;
  /** Greater than zero inside `!unsafe`. */
  unsafe: number;
  readonly anchors: Map<string, Raw>;
  /** How many nodes enclose the current one. */
  depth: number;
  /** How many values the aliases so far have expanded to. */
  expanded: number;
  readonly warnings: Diagnostic[];
}

/** Stops parsing at the first error; the code that started parsing turns it into a diagnostic. */
export class SyntaxMistake extends Error {
  readonly from: number;
  readonly to: number;
  readonly hint: string | undefined;
  constructor(message: string, from: number, to: number = from + 1, hint?: string) {
    super(message);
    this.from = from;
    this.to = to;
    this.hint = hint;
  }
}

/** Whether the character ends a word: blank, line end or end of text. */
export const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 9 || Number.isNaN(code);

/** Move to the next token, skipping blanks, line ends and comments. */
export function skipToToken(c: Cursor): void {
  const { text } = c;
  for (;;) {
    const code = text.charCodeAt(c.pos);
    if (code === 32) c.pos++;
    else if (code === 10) c.lineStart = ++c.pos;
    else if (code === 9) skipTab(c);
    else if (code === 35 && startsComment(c)) skipLine(c);
    else return;
  }
}

// A tab may separate words, but never indent.
function skipTab(c: Cursor): void {
  const from = c.pos;
  const indents = c.text.slice(c.lineStart, from).trim() === '';
  while (c.text.charCodeAt(c.pos) === 9 || c.text.charCodeAt(c.pos) === 32) c.pos++;
  const code = c.text.charCodeAt(c.pos);
  if (!indents || code === 10 || code === 35 || Number.isNaN(code)) return;
  throw new SyntaxMistake(
    'this line is indented with a tab; YAML accepts only spaces',
    from,
    from + 1,
    'replace the tab with spaces',
  );
}

// YAML wants a blank before it, but PyYAML reads `"x"# comment` like `"x" # comment`.
function startsComment(c: Cursor): boolean {
  return c.pos === c.lineStart || isBlank(c.text.charCodeAt(c.pos - 1)) || /["'[\]{},]/.test(c.text.charAt(c.pos - 1));
}

/** Move to the end of the line. */
export function skipLine(c: Cursor): void {
  const end = c.text.indexOf('\n', c.pos);
  c.pos = end < 0 ? c.text.length : end;
}

/** Skip spaces and tabs within the line. */
export function skipBlanks(c: Cursor): void {
  while (c.text.charCodeAt(c.pos) === 32 || c.text.charCodeAt(c.pos) === 9) c.pos++;
}

/** Whether a line starting here is `---` or `...`. */
export function isMarker(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 45 && code !== 46) return false;
  return text.charCodeAt(at + 1) === code && text.charCodeAt(at + 2) === code && isBlank(text.charCodeAt(at + 3));
}

/** Whether the document ends here. */
export const atEnd = (c: Cursor): boolean =>
  c.pos >= c.text.length || (c.pos === c.lineStart && isMarker(c.text, c.pos));
