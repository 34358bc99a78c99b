const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/** A size such as `512M` or `1.5GiB` in bytes; undefined if it is none. */
export function bytesIn(text: string): number | undefined {
  if (/^(?:-1|unlimited)$/i.test(text.trim())) return -1;
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([bkmgtp]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
}

const DECIMAL: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 };

/** A size as clients show it, rounded and in powers of 1000, such as `1.2GB`; undefined if it is none. */
export function decimalBytes(text: string): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)B\s*$/i.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (DECIMAL[unit.toLowerCase()] ?? 1));
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A duration such as `1m30s` in nanoseconds; a number alone is in seconds. Undefined if it is none. */
export function nanosecondsIn(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1e9;
  if (!/^(?:\d+(?:us|ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(us|ms|s|m|h)/g)].reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (SECONDS[unit] ?? 0),
    0,
  );
}
