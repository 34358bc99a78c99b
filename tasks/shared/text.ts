/** The lines of a text as Python's `splitlines` tells them. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** A point in time as Ansible prints it: `2024-06-01 12:00:00.000000`. */
export const timestamp = (date: Date): string => `${date.toISOString().replace('T', ' ').slice(0, -1)}000`;

/** A duration as Python prints it: `0:00:01.250000`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const clock = `${Math.floor((seconds % 86400) / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${clock}.${String(Math.round(ms % 1000)).padStart(3, '0')}000`;
}

/** JSON as Python's `json.dumps` writes it: spaces after commas and colons, everything but ASCII escaped. */
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
