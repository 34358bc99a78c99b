const lacking = Symbol('lacking');

/** A part of a result that will have these keys, too, of which a check can say nothing: who reads one of them is unknown. */
export const withLacking = <T extends object>(known: T, keys: Iterable<string>): T => ({
  ...known,
  [lacking]: new Set(keys),
});

/** The keys that a part of a result will have, and of which nothing is known; undefined where it has all. */
export function lackingOf(known: object): ReadonlySet<string> | undefined {
  const { [lacking]: keys } = known as { [lacking]?: ReadonlySet<string> };
  return keys === undefined || keys.size === 0 ? undefined : keys;
}
