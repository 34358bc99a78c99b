/** Splits text into lines as Python's `splitlines` does. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Formats a point in time as Ansible does: `2024-06-01 12:00:00.000000`. */
export const timestamp = (date: Date): string => `${date.toISOString().replace('T', ' ').slice(0, -1)}000`;

/** Formats a duration as Python does: `0:00:01.250000`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const clock = `${Math.floor((seconds % 86400) / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${clock}.${String(Math.round(ms % 1000)).padStart(3, '0')}000`;
}

/** Formats JSON as Python's `json.dumps` does: spaces after commas and colons, and non-ASCII characters escaped. */
export function pythonJson(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(pythonJson).join(', ')}]`;
  if (typeof data !== 'object' || data === null) return asciiJson(data);
  return `{${Object.entries(data)
    .map(([key, value]) => `${asciiJson(key)}: ${pythonJson(value)}`)
    .join(', ')}}`;
}

const asciiJson = (scalar: unknown): string =>
  (JSON.stringify(scalar) ?? 'null').replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Whether a string is a URL. */
export const isUrl = (text: string): boolean => /^[a-z]+:\/\//i.test(text);
