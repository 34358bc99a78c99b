import type { Change } from '../../../src/sdk.ts';

/** A difference that creating the thing again removes. */
const difference = (what: string, from: string, to: string): Change => ({
  what,
  from: from || null,
  to,
  commands: [],
  effects: [],
});

/** How one property differs from what is given, if anything is given. */
export const differenceOf = (what: string, from: string, to: string | undefined): readonly Change[] =>
  to === undefined || from === to ? [] : [difference(what, from, to)];

/** How properties such as labels differ from those that are given; there must be no others. */
export function pairsDiffer(
  what: string,
  from: readonly (readonly [string, unknown])[],
  to: readonly (readonly [string, string])[] | undefined,
): readonly Change[] {
  if (to === undefined) return [];
  const told = (list: readonly (readonly [string, unknown])[]) =>
    list
      .map(([name, value]) => `${name}=${String(value)}`)
      .toSorted()
      .join(', ');
  return told(from) === told(to) ? [] : [difference(what, told(from), told(to))];
}

/** Texts such as `type=tmpfs` as pairs; the last of several with the same name counts. */
export const givenPairs = (list: readonly string[]): readonly (readonly [string, string])[] => [
  ...new Map(
    list.map((text) => {
      const sign = text.indexOf('=');
      return sign < 0 ? [text, ''] : [text.slice(0, sign), text.slice(sign + 1)];
    }),
  ),
];
