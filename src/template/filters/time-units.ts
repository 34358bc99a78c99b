import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { float, isNumber, numberOf } from '../python/number.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';

const day = 86_400_000;
/** In milliseconds; the filter's caller specifies the number of days in a year and in a month. */
const UNITS = (year: number, month: number): Readonly<Record<string, number>> => ({
  ms: 1,
  msec: 1,
  msecond: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: day,
  day,
  w: 7 * day,
  week: 7 * day,
  mo: month * day,
  month: month * day,
  y: year * day,
  year: year * day,
});

const to = (unit: string) =>
  fn('human_time, year=365, month=30', ([time, year, month]) => convert(time, unit, year, month));

/** Filters that convert durations as people write them (`1h 30m`) to other units. */
export const timeFilters: Callees = {
  to_time_unit: fn("human_time, unit='ms', year=365, month=30", ([time, unit, year, month]) =>
    convert(time, str(unit), year, month),
  ),
  to_milliseconds: to('ms'),
  to_seconds: to('s'),
  to_minutes: to('m'),
  to_hours: to('h'),
  to_days: to('d'),
  to_weeks: to('w'),
  to_months: to('mo'),
  to_years: to('y'),
};

function convert(time: Value, unit: string, year: Value, month: Value): Value {
  const days = (value: Value, fallback: number): number => (isNumber(value) ? numberOf(value) : fallback);
  const units = UNITS(days(year, 365), days(month, 30));
  const worth = (name: string): number | undefined => units[name] ?? units[name.replace(/s$/, '')];
  const wanted =
    worth(unit) ??
    fail(
      `to_time_unit() can not convert to the following unit: ${unit}. Available units (singular or plural): ${Object.keys(units).join(', ')}`,
    );
  if (time === 0 || str(time).trim() === '0') return 0;
  if (str(time).trim() === '') return fail(`to_time_unit() can not interpret an empty string`);
  const total = str(time)
    .trim()
    .split(/\s+/)
    .reduce((sum, part) => {
      const [, count, name = ''] =
        /^([+-]?\d+)([A-Za-z]+)$/.exec(part) ?? fail(`to_time_unit() can not interpret following string: ${str(time)}`);
      return (
        sum + Number(count) * (worth(name) ?? fail(`to_time_unit() can not interpret following string: ${str(time)}`))
      );
    }, 0);
  return float(Math.round((total / wanted) * 1e12) / 1e12);
}
