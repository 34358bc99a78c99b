/** A part of parsed JSON that is an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a part of parsed JSON is an object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at a path in parsed JSON; undefined if there is nothing. */
export const jsonAt = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), value);

/** A text at a path in parsed JSON; undefined if there is none. */
export const textInside = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = jsonAt(value, ...path);
  return found === undefined || found === null ? undefined : String(found);
};

/** A list at a path in parsed JSON; empty if there is none. */
export const listInside = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = jsonAt(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** Whether two pieces of JSON are the same, whatever the order of their keys. */
export const sameJson = (one: unknown, other: unknown): boolean => sortedJson(one) === sortedJson(other);

const sortedJson = (data: unknown): string =>
  JSON.stringify(data, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
