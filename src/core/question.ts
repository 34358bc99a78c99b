import type { Overlay } from './picture/overlay.ts';
import type { Part, Reply, SessionFailure } from './session.ts';
import type { Subject } from './touches.ts';

/** An answer, or the reason why there is none (permission denied, missing tool). */
export type Answer<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly why: string };

/**
 * A kind of question. Questions of one kind are merged: twenty `stat`s become one process on the host. For a kind that
 * runs on a host, `scripts` turns all requested arguments into parts, and `read` turns their replies into answers, in
 * the order of the arguments.
 */
export interface QuestionKind<Arg, A> {
  readonly name: string;
  readonly scripts: (args: readonly Arg[]) => readonly Pick<Part, 'script' | 'stdin' | 'deadlineMs' | 'large'>[];
  readonly read: (replies: readonly Reply[], args: readonly Arg[]) => readonly Answer<A>[];
  /**
   * The subjects that an answer depends on. Default: everything on the host, so any predicted change makes it unknown.
   */
  about?(arg: Arg, answer?: A): readonly Subject[] | 'everything';
  /**
   * In a check: compute, from the picture of the host, what the answer will be after all predicted changes. If none of
   * them touches it, that is the host's own answer. Without it, an answer that a predicted change touches is unknown.
   */
  foretell?(arg: Arg, picture: Picture): A;
  /** Further questions whose answers `foretell` needs; asked in the same round, in a check. */
  alongside?(arg: Arg): readonly AnyQuestion<unknown>[];
  /** The answer, if it is known in advance: the host is not asked. */
  readonly known?: Answer<A>;
  /** Log in again before asking, with this many milliseconds for the login and the answer. */
  newLoginMs?(arg: Arg): number | undefined;
  /**
   * The answer if the host cannot be reached, for tasks that wait for a host. Without it, or if it is undefined, the
   * task is unreachable.
   */
  unreached?(failure: SessionFailure): A | undefined;
  /**
   * Takes the host a second or more. Not asked ahead while changes are being made, since each one would require asking
   * again.
   */
  readonly costly?: boolean;
}

/** A host in a check, as a kind of question sees it: its current state and the predicted changes. */
export interface Picture {
  /** The predicted entry at each path. */
  readonly files: Overlay;
  /** The host's own current answer. Throws `AskFirst` if it has not been asked yet, `Refused` if there is no answer. */
  now<A>(question: Question<A>): A;
  /** The host's own current answer, if it is already known. */
  nowIfAsked<A>(question: Question<A>): A | undefined;
  /** Record that the answer relies on this predicted change. */
  restsOn(foreseen: { readonly task: string; readonly at: number }): void;
  /** Throws `NotForeseen` if one of these subjects is unknown, unless something later than `since` made it known. */
  mustBeKnown(subjects: readonly Subject[], since: number): void;
}

/** A read-only request, as a value. */
export interface Question<A> {
  readonly kind: QuestionKind<unknown, A>;
  readonly arg: unknown;
  /** Questions with the same key share one answer. */
  readonly key: string;
  /** Another inventory host to ask instead of the task's own. */
  readonly host?: string;
  /** Ask as the user who logs in there, even if tasks on that host become another one. */
  readonly asLogin?: boolean;
  /** Concerns the world beyond the host (another machine, the network): a change on any host makes the answer stale. */
  readonly beyond?: boolean;
  /** Time passes while it is answered, which is what it is for: it is never asked before its own task's turn. */
  readonly waits?: boolean;
  /** Its task can do without an answer: if there is none, the state has `undefined`. */
  readonly optional?: boolean;
  /** Involves a secret (`no_log`): what it sends to a host is never shown. */
  readonly secret?: boolean;
}

/** A question that the controller answers itself: DNS, its own files. */
export interface ControllerQuestion<A> {
  readonly controller: (signal: AbortSignal) => Promise<A>;
  readonly key: string;
  readonly beyond: true;
}

/** A question for a host or for the controller. */
export type AnyQuestion<A> = Question<A> | ControllerQuestion<A>;

/** Whether the host needs a second or more to answer. */
export const isCostly = (question: AnyQuestion<unknown>): boolean =>
  'kind' in question && question.kind.costly === true;

/**
 * Whether a run that makes changes should ask it only when its own task's turn comes: it is costly, or it concerns the
 * world beyond the host, where every change would make the answer stale.
 */
export const isAskedInTurn = (question: AnyQuestion<unknown>): boolean =>
  isCostly(question) || question.beyond === true;

/** Whether it is meant to take time. */
export const isWait = (question: AnyQuestion<unknown>): boolean => 'waits' in question && question.waits === true;

/** Create a question of a kind. */
export function question<Arg, A>(
  kind: QuestionKind<Arg, A>,
  arg: Arg,
  options: Pick<Question<A>, 'host' | 'asLogin' | 'beyond' | 'waits' | 'secret'> = {},
): Question<A> {
  const key = `${kind.name} ${JSON.stringify(arg)}${options.host === undefined ? '' : ` @${options.host}`}`;
  return { kind: kind as QuestionKind<unknown, A>, arg, key, ...options };
}

/** A question whose task can do without an answer. */
export const optional = <A>(one: Question<A>): Question<A | undefined> => ({
  ...(one as Question<A | undefined>),
  optional: true,
});

/** Mark a question as secret, so that it is kept out of all output. */
export const hidden = <Q extends AnyQuestion<unknown>>(one: Q): Q => ('kind' in one ? { ...one, secret: true } : one);
