import type { Value } from '../../core/value.ts';
import { Tuple } from '../../core/value.ts';
import { float } from './number.ts';
import { Callable, PyObject } from './object.ts';
import { strftime } from './strftime.ts';

/** Python's naive `datetime`: a date and time of day, in milliseconds as if in UTC, plus microseconds. */
export class DateTime extends PyObject {
  readonly opaque = 'datetime';
  readonly ms: number;
  readonly microsecond: number;
  readonly offsetMinutes: number | undefined;

  constructor(ms: number, microsecond = 0, offsetMinutes?: number) {
    super();
    this.ms = Math.floor(ms / 1000) * 1000;
    this.microsecond = microsecond;
    this.offsetMinutes = offsetMinutes;
  }

  static utc(date: Date): DateTime {
    return new DateTime(date.getTime(), date.getUTCMilliseconds() * 1000);
  }

  static local(date: Date): DateTime {
    return new DateTime(date.getTime() - date.getTimezoneOffset() * 60_000, date.getMilliseconds() * 1000);
  }

  get date(): Date {
    return new Date(this.ms);
  }

  strftime(format: string): string {
    return strftime(format, this.date, this.microsecond, this.offsetMinutes);
  }

  /** Seconds since 1970; a naive time is taken as local time. */
  timestamp(): number {
    if (this.offsetMinutes !== undefined)
      return (this.ms - this.offsetMinutes * 60_000) / 1000 + this.microsecond / 1e6;
    const d = this.date;
    const local = new Date(
      d.getUTCFullYear(),
      d.getUTCMonth(),
      d.getUTCDate(),
      d.getUTCHours(),
      d.getUTCMinutes(),
      d.getUTCSeconds(),
    );
    return local.getTime() / 1000 + this.microsecond / 1e6;
  }

  isoformat(separator = 'T'): string {
    const fraction = this.microsecond ? `.${String(this.microsecond).padStart(6, '0')}` : '';
    return `${this.strftime(`%Y-%m-%d${separator}%H:%M:%S`)}${fraction}${zone(this.offsetMinutes)}`;
  }

  override str(): string {
    return this.isoformat(' ');
  }

  override repr(): string {
    const d = this.date;
    const parts = [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes()];
    const seconds = d.getUTCSeconds() || this.microsecond ? [d.getUTCSeconds()] : [];
    return `datetime.datetime(${[...parts, ...seconds, ...(this.microsecond ? [this.microsecond] : [])].join(', ')})`;
  }

  compare(other: PyObject): number {
    return other instanceof DateTime ? this.ms - other.ms || this.microsecond - other.microsecond : Number.NaN;
  }

  operate(symbol: '+' | '-', other: Value): Value | undefined {
    if (other instanceof TimeDelta) return this.shifted(symbol === '+' ? other.us : -other.us);
    if (symbol === '-' && other instanceof DateTime)
      return new TimeDelta((this.ms - other.ms) * 1000 + this.microsecond - other.microsecond);
    return undefined;
  }

  shifted(us: number): DateTime {
    const total = this.ms * 1000 + this.microsecond + us;
    return new DateTime(Math.floor(total / 1e6) * 1000, ((total % 1e6) + 1e6) % 1e6, this.offsetMinutes);
  }

  override attribute(name: string): Value | undefined {
    const own = dateAttributes[name];
    return own?.(this);
  }
}

const method = (name: string, body: (args: readonly Value[]) => Value): Callable => new Callable(name, body);

const dateAttributes: Record<string, (self: DateTime) => Value> = {
  year: ({ date }) => date.getUTCFullYear(),
  month: ({ date }) => date.getUTCMonth() + 1,
  day: ({ date }) => date.getUTCDate(),
  hour: ({ date }) => date.getUTCHours(),
  minute: ({ date }) => date.getUTCMinutes(),
  second: ({ date }) => date.getUTCSeconds(),
  microsecond: ({ microsecond }) => microsecond,
  strftime: (self) => method('strftime', ([format]) => self.strftime(String(format))),
  isoformat: (self) =>
    method('isoformat', ([separator]) => self.isoformat(separator === undefined ? 'T' : String(separator))),
  timestamp: (self) => method('timestamp', () => float(self.timestamp())),
  weekday: (self) => method('weekday', () => (self.date.getUTCDay() + 6) % 7),
  isoweekday: (self) => method('isoweekday', () => self.date.getUTCDay() || 7),
  date: (self) => method('date', () => new DateOnly(self)),
  utctimetuple: (self) => method('utctimetuple', () => timeTuple(self)),
  timetuple: (self) => method('timetuple', () => timeTuple(self)),
  replace: (self) => new Callable('replace', (_, kwargs) => replaced(self, kwargs)),
};

function timeTuple({ date }: DateTime): Value {
  return new Tuple([
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    (date.getUTCDay() + 6) % 7,
    dayOfYear(date),
    -1,
  ]);
}

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

function replaced({ date, microsecond }: DateTime, kwargs: ReadonlyMap<string, Value>): DateTime {
  const part = (name: string, current: number) => Number(kwargs.get(name) ?? current);
  const ms = Date.UTC(
    part('year', date.getUTCFullYear()),
    part('month', date.getUTCMonth() + 1) - 1,
    part('day', date.getUTCDate()),
    part('hour', date.getUTCHours()),
    part('minute', date.getUTCMinutes()),
    part('second', date.getUTCSeconds()),
  );
  return new DateTime(ms, part('microsecond', microsecond));
}

/** Python's `date`: a day. */
export class DateOnly extends PyObject {
  readonly opaque = 'date';
  readonly #at: DateTime;

  constructor(at: DateTime) {
    super();
    this.#at = at;
  }

  strftime(format: string): string {
    return this.#at.strftime(format);
  }

  override str(): string {
    return this.#at.strftime('%Y-%m-%d');
  }

  override attribute(name: string): Value | undefined {
    return ['year', 'month', 'day', 'strftime', 'weekday', 'isoweekday'].includes(name)
      ? this.#at.attribute(name)
      : undefined;
  }
}

/** Python's `timedelta`, in microseconds. */
class TimeDelta extends PyObject {
  readonly opaque = 'timedelta';
  readonly us: number;

  constructor(us: number) {
    super();
    this.us = us;
  }

  compare(other: PyObject): number {
    return other instanceof TimeDelta ? this.us - other.us : Number.NaN;
  }

  operate(symbol: '+' | '-', other: Value): Value | undefined {
    if (other instanceof TimeDelta) return new TimeDelta(symbol === '+' ? this.us + other.us : this.us - other.us);
    return symbol === '+' && other instanceof DateTime ? other.shifted(this.us) : undefined;
  }

  get #days(): number {
    return Math.floor(this.us / 86_400_000_000);
  }

  get #seconds(): number {
    return Math.floor((this.us - this.#days * 86_400_000_000) / 1e6);
  }

  override attribute(name: string): Value | undefined {
    if (name === 'days') return this.#days;
    if (name === 'seconds') return this.#seconds;
    if (name === 'microseconds') return ((this.us % 1e6) + 1e6) % 1e6;
    if (name === 'total_seconds') return method('total_seconds', () => float(this.us / 1e6));
    return undefined;
  }

  override str(): string {
    const seconds = this.#seconds;
    const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    const micro = ((this.us % 1e6) + 1e6) % 1e6;
    const days = this.#days ? `${this.#days} day${Math.abs(this.#days) === 1 ? '' : 's'}, ` : '';
    return `${days}${clock}${micro ? `.${String(micro).padStart(6, '0')}` : ''}`;
  }

  override repr(): string {
    const parts = [this.#days && `days=${this.#days}`, this.#seconds && `seconds=${this.#seconds}`].filter(Boolean);
    return `datetime.timedelta(${parts.join(', ') || 0})`;
  }
}

const two = (n: number): string => String(n).padStart(2, '0');

function zone(offset: number | undefined): string {
  if (offset === undefined) return '';
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
