/** How many of the smallest unit each has, the largest first. */
const MEMORY = [
  ['TB', 1024 ** 4],
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['kB', 1024],
  ['B', 1],
] as const;
const TIME = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['min', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
  ['us', 1],
] as const;

type Units = typeof MEMORY | typeof TIME;

interface Unit {
  readonly units: Units;
  /** The size of the unit that a setting is counted in: 8192 for `8kB`. */
  readonly size: number;
}

/** A unit in the server's table of settings. */
function unitOf(text: string): Unit | undefined {
  const [, count = '', name = ''] = /^(\d*)(\w+)$/.exec(text) ?? [];
  const units = [MEMORY, TIME].find((all) => all.some(([one]) => one === name));
  const size = units?.find(([one]) => one === name)?.[1];
  return units === undefined || size === undefined ? undefined : { units, size: size * Number(count || 1) };
}

/** A setting that is a number, in its own unit, as the server reads a text; undefined if it cannot. */
export function numberIn(text: string, unit: string | null, isWhole: boolean): number | undefined {
  const [, digits = '', given = ''] =
    /^\s*([-+]?(?:0x[0-9a-f]+|\d+\.?\d*(?:e[-+]?\d+)?|\.\d+))\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const number = digits === '' ? Number.NaN : Number(digits);
  if (Number.isNaN(number)) return undefined;
  const own = unit === null ? undefined : unitOf(unit);
  const size = own?.units.find(([name]) => name.toLowerCase() === given.toLowerCase())?.[1];
  if (given !== '' && (own === undefined || size === undefined)) return undefined;
  const value = own === undefined || size === undefined ? number : (number * size) / own.size;
  return isWhole ? Math.round(value) : value;
}

/** A number in a setting's own unit as the server shows it: in the largest unit without a remainder. */
export function shownNumber(value: number, unit: string | null): string {
  const own = unit === null ? undefined : unitOf(unit);
  if (own === undefined || value <= 0) return String(value);
  const all = value * own.size;
  const [name, size] = own.units.find(([, one]) => all % one === 0) ?? [unit, own.size];
  return `${all / size}${name}`;
}
