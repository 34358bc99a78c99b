import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { revealedType } from '../filters/community.ts';
import { repr, str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { sequence, truth } from '../python/values.ts';

/** Tests from the community.general collection. */
export const communityTests: Callees = {
  'community.general.ansible_type': fn('data, dtype, alias=None', ([data, types, alias]) =>
    typesOf(types).includes(revealedType(data, alias)),
  ),
  'community.general.fqdn_valid': fn('name, min_labels=1, allow_underscores=False', ([name, labels, underscores]) =>
    typeof name === 'string'
      ? isDomain(name, Number(labels), truth(underscores))
      : fail(`The name parameter must be a string, got ${repr(name)} of type ${typeName(name)}`),
  ),
};

const typesOf = (types: Value): readonly string[] =>
  typeof types === 'string'
    ? [types]
    : (
        sequence(types) ??
        fail(`The argument dtype must be a string or a list. dtype is ${repr(types)} of type ${typeName(types)}.`)
      ).map(str);

/** Whether a name is one that DNS allows for a host, with at least some labels. */
function isDomain(name: string, labels: number, underscores: boolean): boolean {
  const parts = name.replace(/\.$/, '').split('.');
  const pattern = underscores
    ? /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i
    : /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
  return parts.join('.').length <= 253 && parts.length >= labels && parts.every((part) => pattern.test(part));
}
