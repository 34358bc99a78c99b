import { ControllerError } from '../../../src/sdk.ts';
import { timeOf } from './der.ts';

/** A point in time in a parameter: relative to now, or not. */
interface Moment {
  readonly relative: boolean;
  readonly at: (now: Date) => Date;
}

const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/** Reads `+3650d`, `-1w2d12h30m5s` or `20300101120000Z`. */
export function momentOf(text: string, what: string): Moment {
  const [, sign, parts = ''] = /^([+-])((?:\d+[wWdDhHmMsS])+)$/.exec(text.trim()) ?? [];
  if (sign !== undefined) {
    const seconds = [...parts.matchAll(/(\d+)([a-z])/gi)].reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit.toLowerCase()] ?? 0),
      0,
    );
    // A certificate has no fractions of seconds.
    return {
      relative: true,
      at: (now) => new Date((Math.floor(now.getTime() / 1000) + (sign === '-' ? -seconds : seconds)) * 1000),
    };
  }
  const absolute = timeOf(text.trim());
  if (absolute === undefined)
    throw new ControllerError(
      `The time spec "${text}" for ${what} is invalid: it should be like +3650d, -1w2d or 20300101120000Z`,
    );
  return { relative: false, at: () => absolute };
}
