import type { Effect } from '../../core/change.ts';
import { type Answer, type AnyQuestion, type Subject, touches } from '../../core/question.ts';

/** What is believed about a question: an answer, perhaps one that a check foresees; or that nothing can be said. */
export type Belief =
  | { readonly is: 'answer'; readonly answer: Answer<unknown>; readonly assuming?: string }
  | { readonly is: 'unknown'; readonly because: string };

/** What a foreseen change does to later answers. */
interface Foreseen {
  readonly task: string;
  readonly answers: ReadonlyMap<string, unknown>;
  /** Subjects about which other questions have no answer any more; everything, where the change does not say. */
  readonly blurred: readonly Subject[] | 'everything';
}

/** What the hosts of a run have in common. */
export interface World {
  /** Changes made so far, on any host. */
  changes: number;
  /** In a check: the last task that would change something somewhere, or of which nobody knows. */
  unsettled?: string;
}

/** What a host has answered since it last changed, and in a check what it would answer after the changes foreseen so far. */
export class Beliefs {
  #answers = new Map<string, { answer: Answer<unknown>; world: number }>();
  readonly #foreseen: Foreseen[] = [];
  readonly #world: World;
  #unsettled: string | undefined;

  /** `world` counts changes on all hosts: answers about what lies beyond a host are stale after any. */
  constructor(world: World) {
    this.#world = world;
  }

  learn(question: AnyQuestion<unknown>, user: string, answer: Answer<unknown>): void {
    this.#answers.set(`${user}\0${question.key}`, { answer, world: this.#world.changes });
  }

  /** Something changed on the host: nothing that it said before counts any more. */
  forget(): void {
    this.#answers = new Map();
    this.#world.changes++;
  }

  /** Ask this anew next time. */
  drop(question: AnyQuestion<unknown>, user: string): void {
    this.#answers.delete(`${user}\0${question.key}`);
  }

  /** In a check: a task would change the host, or nobody knows whether it would. */
  markUncertain(task: string): void {
    this.#unsettled = task;
    this.#world.unsettled = task;
  }

  /** The last task that may make a difference to what is found now; with `beyond`, on any host. */
  uncertainBecauseOf(beyond: boolean): string | undefined {
    return this.#unsettled ?? (beyond ? this.#world.unsettled : undefined);
  }

  foresee(task: string, effects: readonly Effect[] | undefined): void {
    // A difference that nothing follows from leaves all as it is.
    if (effects === undefined || effects.length > 0) this.markUncertain(task);
    if (effects === undefined) {
      this.#foreseen.push({ task, answers: new Map(), blurred: 'everything' });
      return;
    }
    const predicted = effects.filter((effect) => 'predicts' in effect);
    const blurred = effects.flatMap((effect) => ('blurs' in effect ? effect.blurs : altered(effect.predicts)));
    this.#foreseen.push({
      task,
      answers: new Map(predicted.map((effect) => [effect.predicts.key, effect.answer])),
      blurred: blurred.includes(everything) ? 'everything' : blurred,
    });
  }

  /** In a check: a task may change this, or not: nothing is known of it any more. */
  doubt(task: string, subjects: readonly Subject[]): void {
    if (subjects.length === 0) return;
    this.markUncertain(task);
    const blurred = subjects.includes(everything) ? 'everything' : subjects;
    this.#foreseen.push({ task, answers: new Map(), blurred });
  }

  /** The same of all that these effects are about. */
  doubtEffects(task: string, effects: readonly Effect[] | undefined): void {
    this.doubt(
      task,
      effects?.flatMap((effect) => ('blurs' in effect ? effect.blurs : altered(effect.predicts))) ?? [everything],
    );
  }

  /** The last task whose foreseen change leaves this subject unknown. */
  blurredBy(subject: Subject): string | undefined {
    return this.#foreseen.findLast(
      ({ blurred }) => blurred === 'everything' || blurred.some((one) => touches(one, subject)),
    )?.task;
  }

  /** What is believed of a question, or undefined where it has to be asked. Without `foreseen`, of the host as it is now. */
  of(question: AnyQuestion<unknown>, user: string, foreseen = true): Belief | undefined {
    if ('kind' in question && question.kind.known !== undefined) return { is: 'answer', answer: question.kind.known };
    const known = this.#answers.get(`${user}\0${question.key}`);
    const fresh = known !== undefined && !(question.beyond === true && known.world !== this.#world.changes);
    const isAffected = 'controller' in question || about(question).length > 0;
    for (const { task, answers, blurred } of foreseen && isAffected ? this.#foreseen.toReversed() : []) {
      if (answers.has(question.key))
        return { is: 'answer', answer: { ok: true, value: answers.get(question.key) }, assuming: task };
      if (blurred === 'everything') return { is: 'unknown', because: task };
      // What the question is about may depend on its answer (where a link leads), so ask first.
      if (blurred.length > 0 && !fresh) continue;
      const asked = about(question, known?.answer.ok === true ? known.answer.value : undefined);
      if (
        asked.includes(everything)
          ? blurred.length > 0
          : blurred.some((one) => asked.some((other) => touches(one, other)))
      )
        return { is: 'unknown', because: task };
    }
    const elsewhere = foreseen ? this.#elsewhere(question) : undefined;
    if (elsewhere !== undefined) return { is: 'unknown', because: elsewhere };
    return fresh ? { is: 'answer', answer: known.answer } : undefined;
  }

  /** The last task that may make a difference on any host, where a question may be about all the world. */
  #elsewhere(question: AnyQuestion<unknown>): string | undefined {
    return question.beyond === true && about(question).includes(everything) ? this.#world.unsettled : undefined;
  }
}

const everything: Subject = 'everything';

/** What an answer depends on. */
const about = (question: AnyQuestion<unknown>, answer?: unknown): readonly Subject[] =>
  subjects(question, answer).map((subject) => subject.replace(/^by:/, ''));

/** What is another where an answer is: all that it depends on, but for the means of asking. */
const altered = (question: AnyQuestion<unknown>): readonly Subject[] =>
  subjects(question).filter((subject) => !subject.startsWith('by:'));

function subjects(question: AnyQuestion<unknown>, answer?: unknown): readonly Subject[] {
  if ('controller' in question) return [];
  const told = question.kind.about?.(question.arg, answer) ?? 'everything';
  return told === 'everything' ? [everything] : told;
}
