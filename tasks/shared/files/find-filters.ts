const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const bytes = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;

/** Converts an age to seconds: `2d`, `-1h`. */
export const ageLimit = (text: string | undefined): number | undefined | 'wrong' => limit(text, seconds, 's');

/** Converts a size to bytes: `10m`, `-1k`. */
export const sizeLimit = (text: string | undefined): number | undefined | 'wrong' => limit(text, bytes, 'b');

function limit(
  text: string | undefined,
  units: Readonly<Record<string, number>>,
  unit: string,
): number | undefined | 'wrong' {
  if (text === undefined) return undefined;
  const match = new RegExp(`^(-?\\d+)([${Object.keys(units).join('')}])?$`).exec(text.toLowerCase());
  return match === null ? 'wrong' : Number(match[1]) * units[match[2] ?? unit]!;
}
