/** What is wrong with the beginning of the ID of `what` (`a finding`). */
export const wrongStart = (start: string, what = 'a finding'): readonly string[] =>
  /^[0-9a-f]{4,10}$/.test(start) ? [] : [`expected the ID of ${what}, at least four of its characters, got "${start}"`];

/** Says that several IDs begin in this way. */
export const ambiguousStart = (start: string, ids: readonly string[], what = 'findings'): string =>
  `"${start}" is the beginning of several ${what}: ${ids.join(', ')}`;
