import type { Diagnostic } from '../../core/source.ts';
import type { Clone } from '../clone.ts';

/** A rule: what it finds in a clone. Files are named by their path in it. */
export type CloneRule = (clone: Clone) => readonly Diagnostic[];

/** A finding of a rule. `said`: what is wrong; `fix`: what to do. */
export const finding = (
  code: string,
  at: { readonly file: string; readonly line?: number; readonly column?: number },
  said: string,
  fix?: string,
): Diagnostic => ({
  severity: 'warning',
  code,
  message: said,
  at: { line: 1, column: 1, ...at },
  ...(fix !== undefined && { hint: fix }),
});
