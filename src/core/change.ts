import type { Command } from './command.ts';
import type { Becoming } from './picture/becoming.ts';
import type { AnyQuestion } from './question.ts';
import type { Subject } from './touches.ts';

/** One difference between the current and the desired state of a host, and the commands that remove it. */
export interface Change {
  /** What differs, by its usual name: `mode`, `link`, `package nginx`, `line 12`. */
  readonly what: string;
  /** The current value; null if there is nothing yet. */
  readonly from: string | null;
  /** The new value; null if it will be removed. */
  readonly to: string | null;
  /** Text before and after, for `--diff`. Omitted for secrets. */
  readonly diff?: Diff;
  readonly commands: readonly Command[];
  /** The inventory host that changes, if it is not the task's own. */
  readonly on?: string;
  /** In a check: how this change affects later answers. If omitted, it may change anything on the host. */
  readonly effects?: readonly Effect[];
  /**
   * Made every time (`state: restarted`). Planning it again right after it ran does not mean that the task failed to
   * converge.
   */
  readonly repeats?: true;
  /** Only preparation for the rest (fetching package lists): made, but not reported as a change. */
  readonly means?: true;
  /** Paths whose previous state a validating block saves, so that it can restore them. */
  readonly paths?: readonly string[];
}

/** The content of a file or other text before and after a change, with a header for each side. */
export interface Diff {
  readonly before: string;
  readonly after: string;
  readonly beforeHeader?: string;
  readonly afterHeader?: string;
}

/**
 * A consequence of a change:
 * - `becomes`: what is at a path afterwards; every question about the path is answered from it;
 * - `predicts`: the answer to one question afterwards;
 * - `blurs`: everything about these subjects changes, and is unknown afterwards;
 * - `mayAlter`: these subjects may or may not change, as after a command: what a check says about them holds unless
 *   this task changes them.
 */
export type Effect =
  | { readonly becomes: Becoming }
  | { readonly predicts: AnyQuestion<unknown>; readonly answer: unknown }
  | { readonly blurs: readonly Subject[] }
  | { readonly mayAlter: readonly Subject[] };

/** Declares what is at a path after a change. */
export const becomes = (becoming: Becoming): Effect => ({ becomes: becoming });

/** Declares the answer to a question after a change. */
export const predicts = <A>(question: AnyQuestion<A>, answer: A): Effect => ({
  predicts: question as AnyQuestion<unknown>,
  answer,
});

/** Declares subjects about which nothing is known after a change. */
export const blurs = (...subjects: Subject[]): Effect => ({ blurs: subjects });

/** Declares subjects that a change may or may not alter. */
export const mayAlter = (...subjects: Subject[]): Effect => ({ mayAlter: subjects });

/** A change on one line: `mode: 0644 → 0600`. An action with nothing to compare reads `command: make install`. */
export function changeText(
  { what, from, to }: Pick<Change, 'what' | 'from' | 'to'>,
  paint: { from: (text: string) => string; to: (text: string) => string } = { from: String, to: String },
): string {
  if (from === '') return `${what}: ${paint.to(shown(to ?? ''))}`;
  const after = shown(to ?? 'absent');
  // A checksum is useful to people only next to another one.
  const told = from === null ? after.replace(/^[0-9a-f]{12} \((\d+ bytes)\)$/, '$1') : after;
  return `${what}: ${paint.from(shown(from ?? 'absent'))} → ${paint.to(told)}`;
}

/** A link target starts with its own arrow; drop it, since an arrow already separates the two values. */
const shown = (value: string): string => value.replace(/^→ /, '');
