import type { Effect } from '../../core/change.ts';
import type { Becoming } from '../../core/picture/becoming.ts';
import type { AnyQuestion } from '../../core/question.ts';
import { type Subject, touches } from '../../core/touches.ts';

// The subjects that answers depend on and that effects change, and whether they touch each other.

/** The subject that touches all others. */
export const everything: Subject = 'everything';

/** The subjects that an answer depends on. */
export const about = (question: AnyQuestion<unknown>, answer?: unknown): readonly Subject[] =>
  subjects(question, answer).map((subject) => subject.replace(/^by:/, ''));

/** Whether a blurred subject touches one of a question's subjects. */
export function touchesAny(blurred: readonly Subject[], asked: readonly Subject[]): boolean {
  if (blurred.includes(everything)) return true;
  if (asked.includes(everything)) return blurred.length > 0;
  return blurred.some((one) => asked.some((other) => touches(one, other)));
}

/** Whether an effect is only possible, so that what it changes is not known. */
export const isDoubt = ({
  effect,
  subjects,
}: {
  readonly effect: Effect;
  readonly subjects: readonly Subject[];
}): boolean => 'mayAlter' in effect || subjects.includes(everything);

/** The subjects that an effect changes. */
export function alteredBy(effect: Effect): readonly Subject[] {
  if ('mayAlter' in effect) return effect.mayAlter;
  if ('blurs' in effect) return effect.blurs;
  return 'predicts' in effect ? altered(effect.predicts) : alteredPaths(effect.becomes);
}

/** The subjects that change when an answer changes: all that it depends on, except the tools used to obtain it. */
const altered = (question: AnyQuestion<unknown>): readonly Subject[] =>
  subjects(question).filter((subject) => !subject.startsWith('by:'));

/**
 * The subjects that become uncertain for other kinds of questions. When a directory or link appears or disappears, so
 * does everything below it.
 */
function alteredPaths({ place, path = place, was, entry, holds }: Becoming): readonly Subject[] {
  const paths = [...new Set([place, path])];
  const isOnlyAttributes = was !== undefined && was === entry?.kind && holds === undefined && was !== 'link';
  if (isOnlyAttributes) return paths.map((one) => `inode:${one}`);
  const isFile = (was ?? entry?.kind) === 'file' && (entry?.kind ?? was) === 'file';
  return paths.map((one) => `${isFile ? 'entry' : 'path'}:${one}`);
}

function subjects(question: AnyQuestion<unknown>, answer?: unknown): readonly Subject[] {
  if ('controller' in question) return [];
  const told = question.kind.about?.(question.arg, answer) ?? 'everything';
  return told === 'everything' ? [everything] : told;
}
