import type { Overlay } from './picture/overlay.ts';
import type { Part, Reply } from './session.ts';
import type { Subject } from './touches.ts';

/** An answer, or why there is none (permission denied, a tool that is not there). */
export type Answer<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly why: string };

/**
 * A kind of question. Questions of one kind are merged: twenty `stat`s become one process on the host.
 * Where it runs on a host, `scripts` turns all arguments that were asked into parts, and `read` their replies into
 * answers, in the order of the arguments.
 */
export interface QuestionKind<Arg, A> {
  readonly name: string;
  readonly scripts: (args: readonly Arg[]) => readonly Pick<Part, 'script' | 'stdin' | 'deadlineMs' | 'large'>[];
  readonly read: (replies: readonly Reply[], args: readonly Arg[]) => readonly Answer<A>[];
  /** What an answer depends on. Default: everything on the host, so any foreseen change makes it unknown. */
  about?(arg: Arg, answer?: A): readonly Subject[] | 'everything';
  /**
   * In a check: the answer after all that is foreseen, told from the picture of the host; the host's own answer where
   * nothing that is foreseen touches it. Without it, an answer that a foreseen change touches is unknown.
   */
  foretell?(arg: Arg, picture: Picture): A;
  /** What `foretell` needs besides the answer itself: asked in the same round, in a check. */
  alongside?(arg: Arg): readonly AnyQuestion<unknown>[];
  /** The answer, where it is known beforehand: the host is not asked. */
  readonly known?: Answer<A>;
  /** Takes the host a second or more: not asked ahead while changes go on, after each of which it would be asked anew. */
  readonly costly?: boolean;
}

/** A host in a check, as a kind of question sees it: how it is now, and what is foreseen. */
export interface Picture {
  /** What foreseen changes leave at which path. */
  readonly files: Overlay;
  /** The host's own answer, as it is now. Throws `AskFirst` where it was not asked yet, `Refused` where it has none. */
  now<A>(question: Question<A>): A;
  /** The same where it happens to be known. */
  nowIfAsked<A>(question: Question<A>): A | undefined;
  /** The answer rests on this. */
  restsOn(foreseen: { readonly task: string; readonly at: number }): void;
  /** Throws `NotForeseen` where one of these subjects is unknown, unless something later than `since` made it known. */
  mustBeKnown(subjects: readonly Subject[], since: number): void;
}

/** Something read-only to ask, as a value. */
export interface Question<A> {
  readonly kind: QuestionKind<unknown, A>;
  readonly arg: unknown;
  /** Two questions with one key have one answer. */
  readonly key: string;
  /** Another inventory host to ask instead of the task's own. */
  readonly host?: string;
  /** Asked of the world beyond the host (another machine, the network): a change on any host makes the answer stale. */
  readonly beyond?: boolean;
  /** It has to do with a secret (`no_log`): what it sends to a host is told nowhere. */
  readonly secret?: boolean;
}

/** A question that the controller answers itself: DNS, its own files. */
export interface ControllerQuestion<A> {
  readonly controller: (signal: AbortSignal) => Promise<A>;
  readonly key: string;
  readonly beyond: true;
}

/** A question to a host, or to the controller. */
export type AnyQuestion<A> = Question<A> | ControllerQuestion<A>;

/** Whether the host needs a second or more for the answer. */
export const isCostly = (question: AnyQuestion<unknown>): boolean =>
  'kind' in question && question.kind.costly === true;

/** Whether it is left to its own task while changes go on: each of them would make the answer to what is asked of the world stale. */
export const isAskedInTurn = (question: AnyQuestion<unknown>): boolean =>
  isCostly(question) || question.beyond === true;

/** Ask a question of a kind. */
export function question<Arg, A>(
  kind: QuestionKind<Arg, A>,
  arg: Arg,
  options: { host?: string; beyond?: boolean; secret?: boolean } = {},
): Question<A> {
  const key = `${kind.name} ${JSON.stringify(arg)}${options.host === undefined ? '' : ` @${options.host}`}`;
  return { kind: kind as QuestionKind<unknown, A>, arg, key, ...options };
}

/** The same question, of which nothing is told. */
export const hidden = <Q extends AnyQuestion<unknown>>(one: Q): Q => ('kind' in one ? { ...one, secret: true } : one);
