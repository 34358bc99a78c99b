/**
 * Return a value that must exist for a reason that the types cannot express; if it is missing, throw an error that
 * names it.
 */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a bug in Retrace: ${what} is missing`);
  return value;
}
