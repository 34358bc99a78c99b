import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { intOf, isNumber, numberOf, parseFloat10 } from '../python/number.ts';
import { repr, str } from '../python/repr.ts';
import { truth } from '../python/values.ts';
import { roundHalfEven } from './basic.ts';
import { present } from './common.ts';

const UNITS = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B'];
const worth = (unit: string): number => (unit === 'B' ? 1 : 1024 ** (8 - UNITS.indexOf(unit)));

/** Formats a number of bytes (or bits) for people: `1.00 KB`. */
export function humanReadable(value: Value, isBits: Value, unit: Value): string {
  const size = isNumber(present(value))
    ? numberOf(value as number)
    : (parseFloat10(str(value)) ?? fail(`human_readable() failed on bad input: ${repr(value)} is not a number`));
  const wanted = unit === null ? undefined : str(unit).toUpperCase()[0];
  const base = truth(isBits) ? 'bits' : 'Bytes';
  const chosen = UNITS.find((each) => (wanted === undefined && size >= worth(each)) || wanted === each) ?? 'B';
  const suffix = chosen === 'B' ? base : chosen + (truth(isBits) ? 'b' : 'B');
  return `${(size / worth(chosen)).toFixed(2)} ${suffix}`;
}

const SIZE = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/;

/** The number of bytes (or bits) in a string such as `1.5 GB`. */
export function humanToBytes(value: Value, defaultUnit: Value, isBits: Value): Value {
  const text = str(present(value));
  const [, digits, written] = SIZE.exec(text) ?? [];
  const amount = digits && /\d/.test(digits) ? Number(digits) : badSize(text);
  const unit = written ?? (defaultUnit === null ? undefined : str(defaultUnit));
  if (unit === undefined) return intOf(roundHalfEven(amount, 0));
  return intOf(roundHalfEven(amount * unitWorth(unit, truth(isBits), text), 0));
}

const badSize = (text: string): never => fail(`human_to_bytes() can't interpret following string: ${text}`);

function unitWorth(unit: string, isBits: boolean, text: string): number {
  const letter = unit.charAt(0).toUpperCase();
  if (!UNITS.includes(letter)) return badSize(text);
  const names = isBits ? ['bit', 'bits'] : ['byte', 'bytes'];
  const symbol = isBits ? 'b' : 'B';
  const isFull = names.includes(unit.slice(1).toLowerCase()) || names.includes(unit.toLowerCase());
  if (unit.length > 1 && !isFull && unit.slice(1) !== symbol) return badSize(text);
  if (unit.length === 1 && letter === 'B' && unit !== symbol) return badSize(text);
  return worth(letter);
}
