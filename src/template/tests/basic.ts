import { Float, type Value } from '../../core/value.ts';
import { findFilter, findTest } from '../plugins.ts';
import { operators } from '../python/arithmetic.ts';
import { isFloat, isInt, isNumber } from '../python/number.ts';
import { LazyMapping, PyObject, Undefined } from '../python/object.ts';
import { str, typeName } from '../python/repr.ts';
import { type Callee, type Callees, fn } from '../python/signature.ts';
import { compare, contains, elements, equals, mapping, truth } from '../python/values.ts';

const plain = (holds: (value: Value) => Value): Callee => fn('value', ([value]) => holds(value));
const binary = (holds: (a: Value, b: Value) => Value): Callee => fn('value, other', ([a, b]) => holds(a, b));

const eq = binary(equals);
const ne = binary((a, b) => !equals(a, b));
const lt = binary((a, b) => compare(a, b, '<') < 0);
const le = binary((a, b) => compare(a, b, '<=') <= 0);
const gt = binary((a, b) => compare(a, b, '>') > 0);
const ge = binary((a, b) => compare(a, b, '>=') >= 0);

/** Jinja's tests. */
export const basicTests: Callees = {
  '==': eq,
  eq,
  equalto: eq,
  '!=': ne,
  ne,
  '<': lt,
  lt,
  lessthan: lt,
  '<=': le,
  le,
  '>': gt,
  gt,
  greaterthan: gt,
  '>=': ge,
  ge,
  in: binary((value, container) => contains(container, value)),
  defined: plain((value) => !(value instanceof Undefined)),
  undefined: plain((value) => value instanceof Undefined),
  none: plain((value) => value === null),
  true: plain((value) => value === true),
  false: plain((value) => value === false),
  boolean: plain((value) => typeof value === 'boolean'),
  integer: plain((value) => isInt(value) && typeof value !== 'boolean'),
  float: plain(isFloat),
  number: plain(isNumber),
  string: plain((value) => typeof value === 'string'),
  mapping: plain((value) => mapping(value) !== undefined),
  sequence: plain((value) => isSequence(value)),
  iterable: plain((value) => (value instanceof Undefined ? truth(value) : elements(value) !== undefined)),
  callable: plain((value) => value instanceof PyObject && value.call !== undefined),
  sameas: binary(same),
  // Whatever is asked of an undefined value, it has.
  escaped: plain((value) => value instanceof Undefined),
  lower: plain(
    (value) =>
      /\p{L}/u.test(str(value)) && str(value) === str(value).toLowerCase() && str(value) !== str(value).toUpperCase(),
  ),
  upper: plain(
    (value) =>
      /\p{L}/u.test(str(value)) && str(value) === str(value).toUpperCase() && str(value) !== str(value).toLowerCase(),
  ),
  even: plain((value) => equals(operators['%'](value, 2), 0)),
  odd: plain((value) => equals(operators['%'](value, 2), 1)),
  divisibleby: binary((value, by) => equals(operators['%'](value, by), 0)),
  filter: fn('value', ([value], context) => findFilter(str(value), context.session.env) !== undefined),
  test: fn('value', ([value], context) => findTest(str(value), context.session.env) !== undefined),
};

/** Python's `is`: the same object. Equal small ints and strings count as identical, except across types. */
function same(a: Value, b: Value): boolean {
  if (a instanceof Float || b instanceof Float) return a === b;
  if (isInt(a) && typeof a !== 'boolean' && Math.abs(Number(a)) > 256) return false;
  return a === b;
}

function isSequence(value: Value): boolean {
  return (
    typeof value === 'string' ||
    Array.isArray(value) ||
    value instanceof LazyMapping ||
    ['tuple', 'dict', 'bytes'].includes(typeName(value))
  );
}
