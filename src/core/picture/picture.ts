import type { Answer, AnyQuestion, Question, Subject } from '../question.ts';
import type { Overlay } from './overlay.ts';

/** Thrown while foretelling: these have to be asked of the host first. */
export class AskFirst {
  readonly questions: readonly AnyQuestion<unknown>[];
  constructor(...questions: readonly AnyQuestion<unknown>[]) {
    this.questions = questions;
  }
}

/** Thrown while foretelling: a foreseen change leaves the answer unknown. */
export class NotForeseen {
  readonly task: string;
  constructor(task: string) {
    this.task = task;
  }
}

/** Thrown while foretelling: the host refused an answer that this one rests on. */
export class Refused {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** A host in a check, as one kind of question sees it: how it is now, and what is foreseen. */
export class Picture {
  readonly files: Overlay;
  readonly #now: (question: AnyQuestion<unknown>) => Answer<unknown> | undefined;
  #last: { readonly task: string; readonly at: number } | undefined;

  /** `now` has the host's own answers, so far as it was asked. */
  constructor(files: Overlay, now: (question: AnyQuestion<unknown>) => Answer<unknown> | undefined) {
    this.files = files;
    this.#now = now;
  }

  /** The host's own answer, as it is now. Throws where it was not asked yet, or refused. */
  now<A>(question: Question<A>): A {
    const answer = this.#now(question as AnyQuestion<unknown>);
    if (answer === undefined) throw new AskFirst(question as AnyQuestion<unknown>);
    if (!answer.ok) throw new Refused(answer.why);
    return answer.value as A;
  }

  /** The same where it happens to be known. */
  nowIfAsked<A>(question: Question<A>): A | undefined {
    const answer = this.#now(question as AnyQuestion<unknown>);
    return answer?.ok === true ? (answer.value as A) : undefined;
  }

  /** An answer rests on this. */
  restsOn(foreseen: { readonly task: string; readonly at: number }): void {
    if (this.#last === undefined || foreseen.at > this.#last.at) this.#last = foreseen;
  }

  /** Throws where one of these subjects is unknown, unless something later than `since` made it known. */
  mustBeKnown(subjects: readonly Subject[], since: number): void {
    const task = this.files.blurredBy(subjects, since);
    if (task !== undefined) throw new NotForeseen(task);
  }

  /** The last foreseen change that what was told rests on. */
  get because(): string | undefined {
    return this.#last?.task;
  }
}
