import type { AnyQuestion } from '../question.ts';

/** A question about each of several things, under names of their own: `at /etc/a`, `at /etc/b`. */
export const each = <const Prefix extends string, Q extends AnyQuestion<unknown>>(
  prefix: Prefix,
  things: readonly string[],
  ask: (thing: string) => Q,
) =>
  Object.fromEntries(things.map((thing) => [`${prefix} ${thing}`, ask(thing)])) as Readonly<
    Record<`${Prefix} ${string}`, Q>
  >;

/** Questions in one. Of `{ ...each('at', …), ...each('sum', …) }` the type would forget the names; of this it knows them. */
export const together = <A extends object, B extends object, C extends object = object, D extends object = object>(
  a: A,
  b: B,
  c?: C,
  d?: D,
): A & B & C & D => Object.assign({}, a, b, c, d) as A & B & C & D;
