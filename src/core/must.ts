/**
 * Return a value that must exist by an invariant that the types cannot express; otherwise throw an error that names
 * the violated invariant.
 */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a mistake in Retrace: ${what} is missing`);
  return value;
}
