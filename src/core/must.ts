/** What is there by a rule that the types cannot tell: the value, or an error that names what of the program is wrong. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a mistake in Retrace: ${what} is missing`);
  return value;
}
