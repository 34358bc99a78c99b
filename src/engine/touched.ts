/**
 * Thrown when a template touches a value that cannot be known yet. It is no error: the one who computes decides
 * whether to wait (pending, facts, home) or to say so (unknown).
 */
export class Touched {
  readonly what: 'pending' | 'facts' | 'home' | 'unknown';
  /** For unknown: the task whose foreseen change, or whose skipped command, the value depends on. */
  readonly because: string;
  readonly host: string;
  constructor(what: Touched['what'], host: string, because = '') {
    this.what = what;
    this.host = host;
    this.because = because;
  }
}

/** A variable's entry that throws when its value is read. */
export const touching = (touched: Touched): { readonly value: never } => ({
  get value(): never {
    throw touched;
  },
});
