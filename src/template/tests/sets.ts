import type { Value } from '../../core/value.ts';
import { present } from '../filters/common.ts';
import { isNumber, numberOf } from '../python/number.ts';
import { type Callees, fn } from '../python/signature.ts';
import { contains, identityKey, iterate, truth } from '../python/values.ts';

const isSubset = (a: Value, b: Value): boolean => {
  const known = new Set(iterate(b).map(identityKey));
  return iterate(a).every((item) => known.has(identityKey(item)));
};

const subset = fn('a, b', ([a, b]) => isSubset(a, b));
const superset = fn('a, b', ([a, b]) => isSubset(b, a));
const nan = fn('value', ([value]) => isNumber(present(value)) && Number.isNaN(numberOf(value as number)));

/** Tests for lists. */
export const setTests: Callees = {
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  contains: fn('value, item', ([value, item]) => contains(value, item)),
  any: fn('value', ([value]) => iterate(value).some(truth)),
  all: fn('value', ([value]) => iterate(value).every(truth)),
  nan,
  isnan: nan,
};
