import { lackingOf, withLacking } from '../../core/lacking.ts';
import type { TaskResult } from '../../core/task-type.ts';

type State = Readonly<Record<string, unknown>>;

/**
 * In a check: a result computed from a state in which some answers are stale, since nobody knows what they are after the changes. Keys
 * that would be different if those answers were are not known.
 */
export function withoutStale(
  state: State,
  stale: ReadonlySet<string>,
  resultOf: (state: State) => TaskResult,
): TaskResult {
  const result = resultOf(state);
  if (stale.size === 0) return result;
  const other = Object.fromEntries(
    Object.entries(state).map(([name, answer]) => [name, stale.has(name) ? altered(answer) : answer]),
  );
  const otherwise = attempted(() => resultOf(other)) ?? {};
  const unsure = Object.keys(result).filter((key) => JSON.stringify(result[key]) !== JSON.stringify(otherwise[key]));
  const known = Object.fromEntries(Object.entries(result).filter(([key]) => !unsure.includes(key)));
  return withLacking(known, [...(lackingOf(result) ?? []), ...unsure]);
}

/** A value of the same shape in which everything is different. */
function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}~`;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.map(altered);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, altered(one)]));
}

function attempted<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    // Some type cannot make anything of such an answer: all of its result depends on it.
    return undefined;
  }
}
