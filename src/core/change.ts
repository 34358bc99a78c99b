import type { Command } from './command.ts';
import type { Becoming } from './picture/becoming.ts';
import type { AnyQuestion } from './question.ts';
import type { Subject } from './touches.ts';

/** One difference between how a host is and how it should be, and the commands that remove it. */
export interface Change {
  /** What differs, in the field's word: `mode`, `link`, `package nginx`, `line 12`. */
  readonly what: string;
  /** How it is; null where there is nothing. */
  readonly from: string | null;
  /** How it will be; null where there will be nothing. */
  readonly to: string | null;
  /** Text before and after, for `--diff`. Left out for secrets. */
  readonly diff?: Diff;
  readonly commands: readonly Command[];
  /** What later questions would then answer, in a check. Without it anything on the host may become another. */
  readonly effects?: readonly Effect[];
  /** Done each time (`state: restarted`): asked again, it may be planned again, and has converged nevertheless. */
  readonly repeats?: true;
  /** Only a means to look better or to do the rest (package lists are fetched): done, but not told as a change. */
  readonly means?: true;
  /** Paths whose former state a validating block keeps, so that it can put them back. */
  readonly paths?: readonly string[];
}

/** What a file, or another text, held before a change and holds after it, with what stands over each side. */
export interface Diff {
  readonly before: string;
  readonly after: string;
  readonly beforeHeader?: string;
  readonly afterHeader?: string;
}

/**
 * A consequence of a change: what is then at a path, from which every question about it is answered; the answer that one
 * question then has; whatever is about these subjects is then another, and unknown; or it may become another or stay as it
 * is, as after a command: what a check says of it holds unless this task changes it.
 */
export type Effect =
  | { readonly becomes: Becoming }
  | { readonly predicts: AnyQuestion<unknown>; readonly answer: unknown }
  | { readonly blurs: readonly Subject[] }
  | { readonly mayAlter: readonly Subject[] };

/** What is at a path after a change. */
export const becomes = (becoming: Becoming): Effect => ({ becomes: becoming });

/** What a later question would answer after a change. */
export const predicts = <A>(question: AnyQuestion<A>, answer: A): Effect => ({
  predicts: question as AnyQuestion<unknown>,
  answer,
});

/** Subjects that nothing can be said about after a change. */
export const blurs = (...subjects: Subject[]): Effect => ({ blurs: subjects });

/** Subjects that a change may make others, or leave alone: nobody knows. */
export const mayAlter = (...subjects: Subject[]): Effect => ({ mayAlter: subjects });

/** A change in one line: `mode: 0644 → 0600`. What only acts has nothing to compare with: `command: make install`. */
export function changeText(
  { what, from, to }: Pick<Change, 'what' | 'from' | 'to'>,
  paint: { from: (text: string) => string; to: (text: string) => string } = { from: String, to: String },
): string {
  if (from === '') return `${what}: ${paint.to(shown(to ?? ''))}`;
  const after = shown(to ?? 'absent');
  // A checksum tells a person something only beside another one.
  const told = from === null ? after.replace(/^[0-9a-f]{12} \((\d+ bytes)\)$/, '$1') : after;
  return `${what}: ${paint.from(shown(from ?? 'absent'))} → ${paint.to(told)}`;
}

/** Where a link points to is written with an arrow; between two values stands another one. */
const shown = (value: string): string => value.replace(/^→ /, '');
