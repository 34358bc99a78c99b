/** The same plain data with every text in it, keys included, replaced by what `change` makes of it. */
export const mapTexts = <T>(data: T, change: (text: string) => string): T => mapped(data, change) as T;

function mapped(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === 'string') return change(data);
  if (Array.isArray(data)) return data.map((item) => mapped(item, change));
  if (data instanceof Map)
    return new Map([...data].map(([key, value]) => [mapped(key, change), mapped(value, change)]));
  if (typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype)
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [change(key), mapped(value, change)]));
  return data;
}
