import type { AnyQuestion } from '../question.ts';

/** One question about each of several things, with the thing in its name: `at /etc/a`, `at /etc/b`. */
export const each = <const Prefix extends string, Q extends AnyQuestion<unknown>>(
  prefix: Prefix,
  things: readonly string[],
  ask: (thing: string) => Q,
) =>
  Object.fromEntries(things.map((thing) => [`${prefix} ${thing}`, ask(thing)])) as Readonly<
    Record<`${Prefix} ${string}`, Q>
  >;

/**
 * Merge sets of questions. The type of `{ ...each('at', …), ...each('sum', …) }` would lose the names; this keeps
 * them.
 */
export const together = <A extends object, B extends object, C extends object = object, D extends object = object>(
  a: A,
  b: B,
  c?: C,
  d?: D,
): A & B & C & D => Object.assign({}, a, b, c, d) as A & B & C & D;
