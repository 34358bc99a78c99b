import type { Picture } from './picture/picture.ts';
import type { Part, Reply } from './session.ts';

/**
 * What a question is about, or a change affects: `path:/etc/nginx`, `unit:nginx.service`, `package:nginx`, `user:bob`,
 * `dataset:tank/a`, `network:`. The part after the colon may end in `*`. A path stands for itself and all below it;
 * `entry:/etc/nginx` is that path alone: a folder that is made or gets another mode leaves what is below it as it is;
 * of that, `data:` is what a file holds and `inode:` all else, so that another mode leaves the content as it is.
 * `listed:/etc` is what folders hold there: names come and go, while files that are there stay as they are.
 * `absent:unit:…` and `missing:/path` are those of which an answer says that they are not there.
 * `by:package:git` is what an answer depends on and does not tell of: where the answer will be another, it stays as it is.
 */
export type Subject = string;

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

/** Whether what is said about one subject can touch the other: equal, below it, or matched by its star. */
export function touches(changed: Subject, asked: Subject): boolean {
  if (changed.startsWith('listed:'))
    return /^(path|entry):/.test(asked) && touches(changed.replace('listed:', 'path:'), asked);
  return covers(changed, asked) || covers(asked, changed);
}

function covers(wide: Subject, narrow: Subject): boolean {
  if (wide === narrow) return true;
  const [, alone] = /^(?:entry|data|inode):(.*)$/s.exec(narrow) ?? [];
  if (wide.startsWith('path:') && alone !== undefined) return covers(wide, `path:${alone}`);
  if (wide.startsWith('entry:') && alone !== undefined && !narrow.startsWith('entry:'))
    return covers(wide, `entry:${alone}`);
  if (wide.endsWith('*')) return narrow.startsWith(wide.slice(0, -1));
  return wide.startsWith('path:') && narrow.startsWith(wide.endsWith('/') ? wide : `${wide}/`);
}
