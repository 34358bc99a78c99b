import { Tuple, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { float, indexOf, isNumber, numberOf } from '../python/number.ts';
import { typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { identityKey, iterate } from '../python/values.ts';
import { present } from './common.ts';
import { humanReadable, humanToBytes } from './human-size.ts';
import { unique } from './lists.ts';

const keys = (items: readonly Value[]): Set<string> => new Set(items.map(identityKey));
const without = (items: readonly Value[], others: readonly Value[]): Value[] => {
  const known = keys(others);
  return items.filter((item) => !known.has(identityKey(item)));
};
const within = (items: readonly Value[], others: readonly Value[]): Value[] => {
  const known = keys(others);
  return items.filter((item) => known.has(identityKey(item)));
};

/** Ansible's filters for sets, combinatorics and arithmetic. */
export const setFilters: Callees = {
  intersect: fn('a, b', ([a, b]) => unique(within(iterate(a), iterate(b)))),
  difference: fn('a, b', ([a, b]) => unique(without(iterate(a), iterate(b)))),
  symmetric_difference: fn('a, b', ([a, b]) => {
    const [x, y] = [iterate(a), iterate(b)];
    return without(unique([...x, ...y]), within(x, y));
  }),
  union: fn('a, b', ([a, b]) => unique([...iterate(a), ...iterate(b)])),
  product: fn('*lists, repeat=1', ([lists, repeat]) =>
    product(Array.from({ length: indexOf(repeat) }, () => (lists as Value[]).map(iterate)).flat()),
  ),
  permutations: fn('value, r=None', ([value, r]) => {
    const items = iterate(value);
    return permutations(items, r === null ? items.length : indexOf(r));
  }),
  combinations: fn('value, r', ([value, r]) => combinations(iterate(value), indexOf(r)).map((each) => new Tuple(each))),
  log: fn('value, base=None', ([value, base]) =>
    float(logarithm(real(value, 'log'), base === null ? Math.E : real(base, 'log'))),
  ),
  pow: fn('value, power', ([value, power]) => float(real(value, 'pow') ** real(power, 'pow'))),
  root: fn('value, base=2', ([value, base]) => float(root(real(value, 'root'), real(base, 'root')))),
  human_readable: fn('size, isbits=False, unit=None', ([size, bits, unit]) => humanReadable(size, bits, unit)),
  human_to_bytes: fn('size, default_unit=None, isbits=False', ([size, unit, bits]) => humanToBytes(size, unit, bits)),
};

function real(value: Value, name: string): number {
  if (isNumber(present(value))) return numberOf(value as number);
  return fail(`${name}() can only be used on numbers: must be real number, not ${typeName(value)}`, 'template-type');
}

function logarithm(x: number, base: number): number {
  if (x <= 0) return fail('math domain error');
  if (base === 10) return Math.log10(x);
  if (base === Math.E) return Math.log(x);
  return Math.log(x) / Math.log(base);
}

function root(x: number, base: number): number {
  const exponent = 1 / base;
  if (x < 0 && !Number.isInteger(exponent)) return fail('root() can only be used on numbers: math domain error');
  return base === 2 ? Math.sqrt(x) : x ** exponent;
}

function product(lists: readonly (readonly Value[])[]): Value[] {
  let rows: Value[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((item) => [...row, item]));
  return rows.map((row) => new Tuple(row));
}

function permutations(items: readonly Value[], size: number): Value[] {
  const rows: Value[] = [];
  const extend = (taken: readonly number[]): void => {
    if (taken.length === size) rows.push(new Tuple(taken.map((index) => items[index]!)));
    else for (const index of items.keys()) if (!taken.includes(index)) extend([...taken, index]);
  };
  if (size <= items.length) extend([]);
  return rows;
}

function combinations(items: readonly Value[], size: number): Value[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => combinations(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}
