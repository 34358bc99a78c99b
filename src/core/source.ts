/** A position in text written by a person. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length in characters of the thing at this position, if known: what an excerpt underlines. */
  readonly length?: number;
}

/**
 * An error in what a person wrote, or something worth a warning: its position, what was found and what was expected.
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable identifier for the kind of error, such as `unknown-parameter`. */
  readonly code: string;
  /** What is wrong, in one sentence that starts in lower case, without the position. */
  readonly message: string;
  readonly at?: Position;
  /** What to do instead, such as `did you mean "path"?`. */
  readonly hint?: string;
}

/** A diagnostic in one line, for places without room for more, such as the message of a failed task. */
export function inOneLine({ at, message, hint }: Diagnostic): string {
  const where = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
  return `${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/**
 * The result of something that may fail in an expected way. Errors come as a list, so that all are reported at once.
 */
export type Result<T, E = readonly Diagnostic[]> =
  | { readonly ok: true; readonly value: T; readonly warnings?: readonly Diagnostic[] }
  | { readonly ok: false; readonly error: E };
