/** A value with the parts that changes give it, one after the other. */
export const withParts = <T extends object>(base: T, parts: readonly (Partial<T> | undefined)[]): T =>
  Object.assign({ ...base }, ...parts);
