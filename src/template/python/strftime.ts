import { must } from '../../core/must.ts';
import { fail } from '../errors.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** C's `strftime` in the C locale; prints the UTC fields of the date. */
export function strftime(format: string, date: Date, microsecond = 0, offsetMinutes?: number): string {
  return format.replace(/%([-_0^#]?)(\d*)([a-zA-Z%+])/g, (all, flag, width, code) => {
    const part = codes[code as string]?.(date, microsecond, offsetMinutes);
    if (part === undefined) return all;
    return flagged(part, flag, width);
  });
}

function flagged(part: string, flag: string, width: string): string {
  if (flag === '-') return part.replace(/^[0 ]+(?=\d)/, '');
  if (flag === '_') return part.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
  if (flag === '^') return part.toUpperCase();
  if (flag === '0') return part.replace(/^ +(?=\d)/, (blanks) => '0'.repeat(blanks.length));
  return width ? part.padStart(Number(width), '0') : part;
}

const pad = (n: number, width = 2, fill = '0'): string => String(n).padStart(width, fill);

const dayOfYear = (d: Date): number =>
  Math.floor(
    (Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()) - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000,
  ) + 1;

function isoWeek(d: Date): { year: number; week: number } {
  const thursday = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 4 - (d.getUTCDay() || 7)));
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

const hour12 = (d: Date): number => d.getUTCHours() % 12 || 12;

const dayName = (d: Date): string => must(DAYS[d.getUTCDay()], 'the name of a day');
const monthName = (d: Date): string => must(MONTHS[d.getUTCMonth()], 'the name of a month');

type Code = (date: Date, microsecond: number, offset: number | undefined) => string;

const codes: Record<string, Code> = {
  a: (d) => dayName(d).slice(0, 3),
  A: dayName,
  b: (d) => monthName(d).slice(0, 3),
  h: (d) => monthName(d).slice(0, 3),
  B: monthName,
  c: (d) => strftime('%a %b %e %H:%M:%S %Y', d),
  C: (d) => pad(Math.floor(d.getUTCFullYear() / 100)),
  d: (d) => pad(d.getUTCDate()),
  D: (d) => strftime('%m/%d/%y', d),
  e: (d) => pad(d.getUTCDate(), 2, ' '),
  f: (_d, us) => pad(us, 6),
  F: (d) => strftime('%Y-%m-%d', d),
  g: (d) => pad(isoWeek(d).year % 100),
  G: (d) => String(isoWeek(d).year),
  H: (d) => pad(d.getUTCHours()),
  I: (d) => pad(hour12(d)),
  j: (d) => pad(dayOfYear(d), 3),
  k: (d) => pad(d.getUTCHours(), 2, ' '),
  l: (d) => pad(hour12(d), 2, ' '),
  m: (d) => pad(d.getUTCMonth() + 1),
  M: (d) => pad(d.getUTCMinutes()),
  n: () => '\n',
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (d) => (d.getUTCHours() < 12 ? 'am' : 'pm'),
  r: (d) => strftime('%I:%M:%S %p', d),
  R: (d) => strftime('%H:%M', d),
  s: (d, _us, offset) => String(Math.floor(d.getTime() / 1000) - (offset ?? 0) * 60),
  S: (d) => pad(d.getUTCSeconds()),
  t: () => '\t',
  T: (d) => strftime('%H:%M:%S', d),
  u: (d) => String(d.getUTCDay() || 7),
  U: (d) => pad(Math.floor((dayOfYear(d) + 6 - d.getUTCDay()) / 7)),
  V: (d) => pad(isoWeek(d).week),
  w: (d) => String(d.getUTCDay()),
  W: (d) => pad(Math.floor((dayOfYear(d) + 6 - ((d.getUTCDay() + 6) % 7)) / 7)),
  x: (d) => strftime('%m/%d/%y', d),
  X: (d) => strftime('%H:%M:%S', d),
  y: (d) => pad(d.getUTCFullYear() % 100),
  Y: (d) => String(d.getUTCFullYear()),
  z: (_d, _us, offset) =>
    offset === undefined
      ? ''
      : `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}${pad(Math.abs(offset) % 60)}`,
  Z: (_d, _us, offset) => (offset === 0 ? 'UTC' : ''),
  '%': () => '%',
};

const PARTS: Record<string, string> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]\\d|\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]\\d|\\d)',
  S: '(?<S>6[01]|[0-5]\\d|\\d)',
  f: '(?<f>\\d{1,6})',
  y: '(?<y>\\d\\d)',
  j: '(?<j>\\d{1,3})',
  b: `(?<b>${MONTHS.map((month) => month.slice(0, 3)).join('|')})`,
  B: `(?<B>${MONTHS.join('|')})`,
  a: `(?<a>${DAYS.map((day) => day.slice(0, 3)).join('|')})`,
  A: `(?<A>${DAYS.join('|')})`,
  p: '(?<p>AM|PM)',
  z: '(?<z>[+-]\\d\\d:?\\d\\d|Z)',
  Z: '(?<Z>UTC|GMT|[A-Z]{3,4})',
  '%': '%',
};

/** The result of `strptime`: milliseconds as if UTC, microseconds, and the zone's offset if the text contains one. */
interface ParsedTime {
  readonly ms: number;
  readonly microsecond: number;
  readonly offsetMinutes: number | undefined;
}

/** Python's `datetime.strptime`. */
export function strptime(text: string, format: string): ParsedTime {
  const expanded = format
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%R', '%H:%M')
    .replaceAll('%c', '%a %b %d %H:%M:%S %Y');
  const pattern = expanded.replace(/%(.)|(\s+)|([\\^$.*+?()[\]{}|])/g, (_, code, space, special) => {
    if (space) return '\\s+';
    return special ? `\\${special}` : (PARTS[code] ?? fail(`'${code}' is a bad directive in format '${format}'`));
  });
  const match = new RegExp(`^${pattern}$`, 'i').exec(text);
  if (!match) return fail(`time data '${text}' does not match format '${format}'`);
  return fromParts(match.groups ?? {});
}

function fromParts(parts: Record<string, string | undefined>): ParsedTime {
  const number = (name: string, fallback: number) => (parts[name] === undefined ? fallback : Number(parts[name]));
  const short = parts.y === undefined ? 1900 : Number(parts.y) + (Number(parts.y) < 69 ? 2000 : 1900);
  const ms = Date.UTC(
    number('Y', short),
    month(parts) - 1,
    number('d', 1),
    hour(parts),
    number('M', 0),
    number('S', 0),
  );
  const shifted = parts.j ? ms + (Number(parts.j) - 1) * 86_400_000 : ms;
  return { ms: shifted, microsecond: Number((parts.f ?? '0').padEnd(6, '0')), offsetMinutes: offset(parts.z) };
}

function month(parts: Record<string, string | undefined>): number {
  const name = (parts.b ?? parts.B)?.toLowerCase().slice(0, 3);
  return name ? MONTHS.findIndex((each) => each.toLowerCase().startsWith(name)) + 1 : Number(parts.m ?? 1);
}

function hour(parts: Record<string, string | undefined>): number {
  if (parts.I === undefined) return Number(parts.H ?? 0);
  return (Number(parts.I) % 12) + (parts.p?.toUpperCase() === 'PM' ? 12 : 0);
}

function offset(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
