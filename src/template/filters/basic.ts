import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { dumpJson } from '../python/json.ts';
import {
  fixedEven,
  float,
  indexOf,
  int,
  intOf,
  isInt,
  isNumber,
  numberOf,
  parseFloat10,
  parseInt10,
} from '../python/number.ts';
import { Undefined } from '../python/object.ts';
import { str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { truth } from '../python/values.ts';
import { present } from './common.ts';

const fallback = fn('value, default_value="", boolean=False', ([value, otherwise, boolean]) =>
  value instanceof Undefined || (truth(boolean) && !truth(value)) ? otherwise : value,
);

/** Jinja's filters on any value. */
export const basicFilters: Callees = {
  default: fallback,
  d: fallback,
  abs: fn('value', ([value]) => absolute(value)),
  int: fn('value, default=0, base=10', ([value, otherwise, base]) => toInt(value, otherwise, indexOf(base))),
  float: fn(
    'value, default=None',
    ([value, otherwise]) => toFloat(value) ?? (otherwise === null ? float(0) : otherwise),
  ),
  round: fn('value, precision=0, method="common"', ([value, precision, method]) =>
    round(value, indexOf(precision), str(method)),
  ),
  tojson: fn('value, indent=None', ([value, indent]) =>
    dumpJson(present(value), { sortKeys: true, indent: indent === null ? undefined : ' '.repeat(indexOf(indent)) })
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e')
      .replaceAll('&', '\\u0026')
      .replaceAll("'", '\\u0027'),
  ),
};

function absolute(value: Value): Value {
  if (typeof value === 'boolean') return Number(value);
  if (isInt(value)) return Number(value) < 0 ? int(-BigInt(value)) : value;
  if (isNumber(value)) return float(Math.abs(numberOf(value)));
  str(value);
  return fail(`bad operand type for abs(): '${typeName(value)}'`, 'template-type');
}

/** Jinja's `int`: parses the text of an int in its base, or of a float; otherwise returns the default. */
function toInt(value: Value, otherwise: Value, base: number): Value {
  if (isInt(present(value))) return typeof value === 'boolean' ? Number(value) : value;
  if (isNumber(value)) return Number.isFinite(numberOf(value)) ? intOf(Math.trunc(numberOf(value))) : otherwise;
  if (typeof value !== 'string') return otherwise;
  const whole = parseInt10(value, base);
  if (whole !== undefined) return whole;
  const real = parseFloat10(value);
  return real === undefined || !Number.isFinite(real) ? otherwise : intOf(Math.trunc(real));
}

function toFloat(value: Value): Value | undefined {
  if (isNumber(present(value))) return float(numberOf(value as number));
  const x = typeof value === 'string' ? parseFloat10(value) : undefined;
  return x === undefined ? undefined : float(x);
}

/** Rounds an int to tens, hundreds and so on, half to even. */
function roundInt(value: bigint, zeros: number): Value {
  const scale = 10n ** BigInt(zeros);
  const below = value - (((value % scale) + scale) % scale);
  const rest = (value - below) * 2n;
  return int(rest > scale || (rest === scale && (below / scale) % 2n !== 0n) ? below + scale : below);
}

function round(value: Value, precision: number, method: string): Value {
  if (!['common', 'ceil', 'floor'].includes(method)) return fail('method must be common, ceil or floor');
  if (!isNumber(value)) return fail(`type ${typeName(value)} doesn't define __round__ method`, 'template-type');
  const scale = 10 ** precision;
  const x = numberOf(value);
  if (method === 'ceil') return float(Math.ceil(x * scale) / scale);
  if (method === 'floor') return float(Math.floor(x * scale) / scale);
  return isInt(value) ? roundInt(BigInt(value), Math.max(0, -precision)) : float(roundHalfEven(x, precision));
}

/** Python's `round`: exact halves go to the even neighbour. */
export function roundHalfEven(x: number, precision: number): number {
  if (precision > 0) return Number.isFinite(x) ? Math.sign(x) * Number(fixedEven(Math.abs(x), precision)) : x;
  const scale = 10 ** -precision;
  const down = Math.floor(x / scale);
  const rest = x / scale - down;
  return (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) * scale;
}
