import type { Effect } from '../../core/change.ts';
import { Overlay } from '../../core/picture/overlay.ts';
import { AskFirst, HostPicture, NotForeseen, Refused } from '../../core/picture/picture.ts';
import type { Answer, AnyQuestion, Question } from '../../core/question.ts';
import type { Subject } from '../../core/touches.ts';
import { about, alteredBy, everything, isDoubt, touchesAny } from './subjects-of.ts';

/** What is believed about a question, or the questions that must be asked first. */
type Believed = Belief | { readonly is: 'asks'; readonly questions: readonly AnyQuestion<unknown>[] };

/** What is believed about a question: an answer, possibly one that a check predicts, or that the answer is unknown. */
export type Belief =
  | {
      readonly is: 'answer';
      readonly answer: Answer<unknown>;
      readonly assuming?: string;
      /** The tasks that may change the answer; it holds if they do not alter what it is about. */
      readonly unless?: readonly string[];
    }
  | { readonly is: 'unknown'; readonly because: string };

/** The effect of a predicted change on later answers. */
interface Foreseen {
  readonly task: string;
  readonly answers: ReadonlyMap<string, unknown>;
  /** Subjects about which other questions no longer have an answer. */
  readonly blurred: readonly Subject[];
  /** Subjects that may or may not have changed; everything, if the change does not say which. */
  readonly doubtful: readonly Subject[];
}

/** What was predicted at some point of a check. */
export interface ForeseenSoFar {
  readonly changes: number;
  readonly files: Overlay;
}

/** State shared by all hosts of a run. */
export interface World {
  /** Number of changes made so far, on any host. */
  changes: number;
  /** Whether this is a check: in a check, what foretelling needs is asked in the same round, to avoid an extra one. */
  readonly check?: boolean;
  /** In a check: the tasks, on any host, that would change something or may do so; the last one first. */
  unsettled?: readonly string[];
}

/** A host's answers since its last change; in a check, also its answers after the changes predicted so far. */
export class Beliefs {
  #answers = new Map<string, { answer: Answer<unknown>; world: number }>();
  #foreseen: Foreseen[] = [];
  #files = new Overlay();
  readonly #world: World;
  #unsettled: readonly string[] = [];

  /** `world` counts changes on all hosts: answers about things beyond a host are stale after any of them. */
  constructor(world: World) {
    this.#world = world;
  }

  learn(question: AnyQuestion<unknown>, user: string, answer: Answer<unknown>): void {
    this.#answers.set(`${user}\0${question.key}`, { answer, world: this.#world.changes });
  }

  /** The host has changed: discard all earlier answers. */
  forget(): void {
    this.#answers = new Map();
    this.#world.changes++;
  }

  /** Ask this question again next time. */
  drop(question: AnyQuestion<unknown>, user: string): void {
    this.#answers.delete(`${user}\0${question.key}`);
  }

  /** In a check: a task would change the host, or may do so. */
  markUncertain(task: string): void {
    this.#unsettled = firstIn(task, this.#unsettled);
    this.#world.unsettled = firstIn(task, this.#world.unsettled);
  }

  /** The tasks that may affect what is found now, the last one first; with `beyond`, those of all hosts. */
  uncertainBecauseOf(beyond: boolean): readonly string[] {
    return beyond ? (this.#world.unsettled ?? []) : this.#unsettled;
  }

  foresee(task: string, effects: readonly Effect[] | undefined): void {
    // A change without effects leaves every answer valid.
    if (effects === undefined || effects.length > 0) this.markUncertain(task);
    if (effects === undefined) {
      this.#foreseen.push({ task, answers: new Map(), blurred: [], doubtful: [everything] });
      return;
    }
    const predicted = effects.filter((effect) => 'predicts' in effect);
    const altered = effects.map((effect) => ({ effect, subjects: alteredBy(effect) }));
    const certain = altered.filter((one) => !isDoubt(one));
    this.#foreseen.push({
      task,
      answers: new Map(predicted.map((effect) => [effect.predicts.key, effect.answer])),
      blurred: certain.flatMap(({ subjects }) => subjects),
      doubtful: altered.filter(isDoubt).flatMap(({ subjects }) => subjects),
    });
    // What a change declares about paths is known, unless it later declares that something there is unknown.
    this.#files.blur(
      task,
      certain.flatMap(({ effect, subjects }) => ('predicts' in effect ? subjects : [])),
    );
    for (const { effect, subjects } of certain) {
      if ('becomes' in effect) this.#files.become(task, effect.becomes);
      else if ('blurs' in effect) this.#files.blur(task, subjects);
    }
  }

  /** In a check: a task may or may not change these subjects. */
  doubt(task: string, subjects: readonly Subject[]): void {
    if (subjects.length === 0) return;
    this.markUncertain(task);
    this.#foreseen.push({ task, answers: new Map(), blurred: [], doubtful: subjects });
  }

  /** Record a doubt that follows from others; does nothing if each of those tasks may have changed anything. */
  doubtFurther(task: string, subjects: readonly Subject[], because: readonly string[]): void {
    const all = new Set(this.#foreseen.filter(doubtsEverything).map((one) => one.task));
    if (!because.every((one) => all.has(one))) this.doubt(task, subjects);
  }

  /** In a check: a task may or may not have these effects. */
  doubtEffects(task: string, effects: readonly Effect[] | undefined): void {
    this.doubt(task, effects?.flatMap(alteredBy) ?? [everything]);
  }

  /** What is predicted so far, to return to with `doubtSince`. */
  mark(): ForeseenSoFar {
    return { changes: this.#foreseen.length, files: this.#files.copy() };
  }

  /** In a check: the changes predicted since that mark may or may not be made. */
  doubtSince({ changes, files }: ForeseenSoFar): void {
    const since = this.#foreseen.splice(changes);
    this.#files = files.copy();
    for (const { task, blurred, doubtful } of since) this.doubt(task, [...blurred, ...doubtful]);
  }

  /**
   * The answers to expect after changes with these effects. Asks nothing, and adds nothing to the
   * predicted changes.
   */
  afterwards(
    effects: readonly (readonly Effect[] | undefined)[],
    user: string,
  ): (question: AnyQuestion<unknown>) => Belief | undefined {
    const then = new Beliefs({ ...this.#world });
    then.#answers = this.#answers;
    then.#foreseen = [...this.#foreseen];
    then.#files = this.#files.copy();
    for (const one of effects) then.foresee('', one);
    return (question) => {
      const believed = then.of(question, user);
      return believed.is === 'asks' ? undefined : believed;
    };
  }

  /** The last task whose predicted change makes this subject unknown. */
  blurredBy(subject: Subject): string | undefined {
    return this.#foreseen.findLast(({ blurred }) => touchesAny(blurred, [subject]))?.task;
  }

  /** The last task that may or may not change this subject. */
  doubtfulBecauseOf(subject: Subject): string | undefined {
    return this.#foreseen.findLast(({ doubtful }) => touchesAny(doubtful, [subject]))?.task;
  }

  /** The last task that changes this subject, or may change it. */
  touchedBy(subject: Subject): string | undefined {
    return this.blurredBy(subject) ?? this.doubtfulBecauseOf(subject);
  }

  /** Whether some task may have changed anything, so that further doubts add nothing. */
  get doubtsAll(): boolean {
    return this.#foreseen.some(doubtsEverything);
  }

  /**
   * What is believed about a question, or what must be asked. Without `foreseen`, about the current state of the host.
   */
  of(question: AnyQuestion<unknown>, user: string, foreseen = true): Believed {
    if ('kind' in question && question.kind.known !== undefined) return { is: 'answer', answer: question.kind.known };
    const now = this.#now(question, user);
    const told = foreseen ? this.#foretold(question, user, now) : undefined;
    const believed: Believed =
      told ?? (now === undefined ? this.#asks([question], user) : { is: 'answer', answer: now });
    if (!foreseen || believed.is !== 'answer') return believed;
    const unless = this.#mayBeAlteredBy(question, believed.answer);
    return unless.length === 0 ? believed : { ...believed, unless };
  }

  /** The host's own answers from which a question is answered; none of what a check predicts. */
  restsOn(question: AnyQuestion<unknown>, user: string): readonly (readonly [AnyQuestion<unknown>, Answer<unknown>])[] {
    const read = new Map<string, readonly [AnyQuestion<unknown>, Answer<unknown>]>();
    const now = (one: AnyQuestion<unknown>): Answer<unknown> | undefined => {
      const answer = this.#now(one, user);
      if (answer !== undefined) read.set(one.key, [one, answer]);
      return answer;
    };
    now(question);
    if (!this.#files.isEmpty && 'kind' in question) foretold(question, new HostPicture(this.#files, now));
    return [...read.values()];
  }

  /** The tasks that may change an answer, because what they change or what the answer depends on is not known. */
  #mayBeAlteredBy(question: AnyQuestion<unknown>, answer: Answer<unknown>): readonly string[] {
    if (this.#foreseen.length === 0 && this.#world.unsettled === undefined) return [];
    const subjects = about(question, answer.ok ? answer.value : undefined);
    if (subjects.length === 0 && !('controller' in question)) return [];
    const tasks: string[] = [];
    for (const { task, answers, blurred, doubtful } of this.#foreseen.toReversed()) {
      if (answers.has(question.key)) break;
      if (touchesAny(doubtful, subjects) || (blurred.length > 0 && subjects.includes(everything))) tasks.push(task);
    }
    const elsewhere = this.#elsewhere(question);
    return [...new Set(elsewhere === undefined ? tasks : [...tasks, elsewhere])].toReversed();
  }

  #asks(questions: readonly AnyQuestion<unknown>[], user: string): Believed {
    if (this.#world.check !== true) return { is: 'asks', questions };
    const along = questions
      .flatMap((one) => ('kind' in one ? (one.kind.alongside?.(one.arg) ?? []) : []))
      .filter((one) => this.#now(one, user) === undefined);
    return { is: 'asks', questions: [...questions, ...along] };
  }

  /** The host's own current answer; undefined if the question was not asked or the answer is stale. */
  #now(question: AnyQuestion<unknown>, user: string): Answer<unknown> | undefined {
    const known = this.#answers.get(`${user}\0${question.key}`);
    return known === undefined || (question.beyond === true && known.world !== this.#world.changes)
      ? undefined
      : known.answer;
  }

  /** The answer that a check predicts; undefined if no predicted change touches it. */
  #foretold(question: AnyQuestion<unknown>, user: string, now: Answer<unknown> | undefined): Believed | undefined {
    const foretells = 'kind' in question && question.kind.foretell !== undefined;
    const isAffected = this.#foreseen.length > 0 && ('controller' in question || about(question).length > 0);
    const subjects = isAffected ? about(question, now?.ok === true ? now.value : undefined) : [];
    for (const { task, answers, blurred } of isAffected ? this.#foreseen.toReversed() : []) {
      if (answers.has(question.key))
        return { is: 'answer', answer: { ok: true, value: answers.get(question.key) }, assuming: task };
      // A question's subjects may depend on its answer (where a link leads), so ask first.
      if (!foretells && blurred.length > 0 && now === undefined) return this.#asks([question], user);
      if (subjects.includes(everything) || !touchesAny(blurred, subjects)) continue;
      if (!foretells) return { is: 'unknown', because: task };
      break;
    }
    return foretells && !this.#files.isEmpty ? this.#fromPicture(question, user) : undefined;
  }

  #fromPicture(question: Question<unknown>, user: string): Believed {
    const believed = foretold(question, new HostPicture(this.#files, (one) => this.#now(one, user)));
    return believed.is === 'asks' ? this.#asks(believed.questions, user) : believed;
  }

  /** The last task that may affect any host, for a question that may depend on the whole world. */
  #elsewhere(question: AnyQuestion<unknown>): string | undefined {
    return question.beyond === true && about(question).includes(everything) ? this.#world.unsettled?.[0] : undefined;
  }
}

/** What the picture of a host says about a question. */
function foretold({ kind, arg }: Question<unknown>, picture: HostPicture): Believed {
  try {
    const value = kind.foretell?.(arg, picture);
    const { because } = picture;
    return { is: 'answer', answer: { ok: true, value }, ...(because !== undefined && { assuming: because }) };
  } catch (error) {
    if (error instanceof AskFirst) return { is: 'asks', questions: error.questions };
    if (error instanceof NotForeseen) return { is: 'unknown', because: error.task };
    if (error instanceof Refused) return { is: 'answer', answer: { ok: false, why: error.why } };
    throw error;
  }
}

const firstIn = (task: string, tasks: readonly string[] = []): readonly string[] => [
  task,
  ...tasks.filter((one) => one !== task),
];

const doubtsEverything = ({ doubtful }: Foreseen): boolean => doubtful.includes(everything);
