import type { Answer, AnyQuestion, Picture, Question } from '../question.ts';
import type { Subject } from '../touches.ts';
import type { Overlay } from './overlay.ts';

/** Thrown while foretelling: the host must answer these questions first. */
export class AskFirst {
  readonly questions: readonly AnyQuestion<unknown>[];
  constructor(...questions: readonly AnyQuestion<unknown>[]) {
    this.questions = questions;
  }
}

/**
 * Foretell each of several items; collects the questions that must be asked first, so that all of them are asked at
 * once.
 */
export function ofEach<T, R>(items: readonly T[], foretell: (item: T) => R): readonly R[] {
  const first: AnyQuestion<unknown>[] = [];
  const told = items.flatMap((item) => {
    try {
      return [foretell(item)];
    } catch (error) {
      if (!(error instanceof AskFirst)) throw error;
      first.push(...error.questions);
      return [];
    }
  });
  if (first.length > 0) throw new AskFirst(...first);
  return told;
}

/** Thrown while foretelling: a foreseen change makes the answer unknown. */
export class NotForeseen {
  readonly task: string;
  constructor(task: string) {
    this.task = task;
  }
}

/** Thrown while foretelling: the host could not answer a question that this one depends on. */
export class Refused {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** The picture from which one question is answered. */
export class HostPicture implements Picture {
  readonly files: Overlay;
  readonly #now: (question: AnyQuestion<unknown>) => Answer<unknown> | undefined;
  #last: { readonly task: string; readonly at: number } | undefined;

  /** `now` looks up the host's own answers, as far as it has been asked. */
  constructor(files: Overlay, now: (question: AnyQuestion<unknown>) => Answer<unknown> | undefined) {
    this.files = files;
    this.#now = now;
  }

  now<A>(question: Question<A>): A {
    const answer = this.#now(question as AnyQuestion<unknown>);
    if (answer === undefined) throw new AskFirst(question as AnyQuestion<unknown>);
    if (!answer.ok) throw new Refused(answer.why);
    return answer.value as A;
  }

  nowIfAsked<A>(question: Question<A>): A | undefined {
    const answer = this.#now(question as AnyQuestion<unknown>);
    return answer?.ok === true ? (answer.value as A) : undefined;
  }

  restsOn(foreseen: { readonly task: string; readonly at: number }): void {
    if (this.#last === undefined || foreseen.at > this.#last.at) this.#last = foreseen;
  }

  mustBeKnown(subjects: readonly Subject[], since: number): void {
    const task = this.files.blurredBy(subjects, since);
    if (task !== undefined) throw new NotForeseen(task);
  }

  /** The last foreseen change that the answer is based on. */
  get because(): string | undefined {
    return this.#last?.task;
  }
}
