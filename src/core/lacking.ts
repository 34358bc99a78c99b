const lacking = Symbol('lacking');

/** Mark part of a result as also having these keys, whose values a check cannot predict: reading one gives unknown. */
export const withLacking = <T extends object>(known: T, keys: Iterable<string>): T => ({
  ...known,
  [lacking]: new Set([...(lackingOf(known) ?? []), ...keys]),
});

/** The keys that part of a result will have but whose values are unknown; undefined if it is complete. */
export function lackingOf(known: object): ReadonlySet<string> | undefined {
  const { [lacking]: keys } = known as { [lacking]?: ReadonlySet<string> };
  return keys === undefined || keys.size === 0 ? undefined : keys;
}

/** Copy part of a result without some of its keys. Keys with unknown values stay marked. */
export function omitting<T extends Readonly<Record<string, unknown>>>(known: T, omit: (key: string) => boolean): T {
  const kept = Object.fromEntries(Object.entries(known).filter(([key]) => !omit(key))) as T;
  const keys = lackingOf(known);
  return keys === undefined ? kept : withLacking(kept, keys);
}
