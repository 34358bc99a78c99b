/**
 * Copy plain data, replacing every string in it (keys included) with the result of `text`, and every number with the
 * result of `number`.
 */
export const mapTexts = <T>(
  data: T,
  text: (text: string) => string,
  number: (number: number | bigint) => unknown = (same) => same,
): T => mapped(data, { text, number }) as T;

interface Changes {
  readonly text: (text: string) => string;
  readonly number: (number: number | bigint) => unknown;
}

/** Whether this is a plain object of keys and values. */
export const isRecord = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype;

function mapped(data: unknown, changes: Changes): unknown {
  if (typeof data === 'string') return changes.text(data);
  if (typeof data === 'number' || typeof data === 'bigint') return changes.number(data);
  if (Array.isArray(data)) return data.map((item) => mapped(item, changes));
  if (data instanceof Map)
    return new Map([...data].map(([key, value]) => [mapped(key, changes), mapped(value, changes)]));
  if (isRecord(data))
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [changes.text(key), mapped(value, changes)]));
  return data;
}
