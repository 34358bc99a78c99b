/** A place in a text that a person wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the thing at this place is long, where known: what an excerpt underlines. */
  readonly length?: number;
}

/** Something wrong, or worth a warning, in what a person wrote: said with its place, what was found and what was expected. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable word for the kind of mistake, as `unknown-parameter`. */
  readonly code: string;
  /** What is wrong, in one sentence that starts in lower case, without the place. */
  readonly message: string;
  readonly at?: Position;
  /** What to do instead, as `did you mean "path"?`. */
  readonly hint?: string;
}

/** A diagnostic in one line, for what has room for no more: the message of a failed task. */
export function inOneLine({ at, message, hint }: Diagnostic): string {
  const where = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
  return `${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** What the foreseen can end in; mistakes come in lists, so that all of them are told at once. */
export type Result<T, E = readonly Diagnostic[]> =
  | { readonly ok: true; readonly value: T; readonly warnings?: readonly Diagnostic[] }
  | { readonly ok: false; readonly error: E };
