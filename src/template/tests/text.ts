import { truthOf } from '../../core/text/truth.ts';
import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { Envelope } from '../python/object.ts';
import { compilePattern, search } from '../python/regex.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { truth } from '../python/values.ts';

/** Tests on strings and on the truth of values. */
export const textTests: Callees = {
  match: fn("value, pattern='', ignorecase=False, multiline=False", ([value, pattern, ignorecase, multiline]) =>
    matches(value, pattern, ignorecase, multiline, 'match'),
  ),
  search: fn("value, pattern='', ignorecase=False, multiline=False", ([value, pattern, ignorecase, multiline]) =>
    matches(value, pattern, ignorecase, multiline, 'search'),
  ),
  regex: fn(
    "value='', pattern='', ignorecase=False, multiline=False, match_type='search'",
    ([value, pattern, ignorecase, multiline, kind]) => matches(value, pattern, ignorecase, multiline, str(kind)),
  ),
  truthy: fn('value, convert_bool=False', ([value, convert]) => isTruthy(value, convert)),
  falsy: fn('value, convert_bool=False', ([value, convert]) => !isTruthy(value, convert)),
  uri: fn('value, schemes=None', ([value, schemes]) => typeof value === 'string' && isUri(value, schemes)),
  url: fn(
    'value, schemes=None',
    ([value, schemes]) => isUri(str(value), schemes) && /^(?:[a-z][\w+.-]*:)?\/\/[^/?#]|^file:/i.test(str(value)),
  ),
  urn: fn('value', ([value]) => isUri(str(value), ['urn'])),
  vault_encrypted: fn(
    'value',
    ([value]) => value instanceof Envelope || (typeof value === 'string' && value.startsWith('$ANSIBLE_VAULT;')),
  ),
};

function matches(value: Value, pattern: Value, ignorecase: Value, multiline: Value, kind: string): boolean {
  if (!['match', 'fullmatch', 'search'].includes(kind))
    return fail(`Invalid match_type specified. Expected one of: match, fullmatch, search, got ${kind}`);
  const compiled = compilePattern(str(pattern), { ignorecase: truth(ignorecase), multiline: truth(multiline) });
  const text = str(value);
  const match = search(compiled, text, kind === 'match' || kind === 'fullmatch');
  return match !== undefined && (kind !== 'fullmatch' || match.end === text.length);
}

function isTruthy(value: Value, convert: Value): boolean {
  if (!truth(convert)) return truth(value);
  return (typeof value === 'string' ? truthOf(value) : undefined) ?? truth(value);
}

function isUri(text: string, schemes: Value): boolean {
  const scheme = /^([a-zA-Z][\w+.-]*):/.exec(text)?.[1]?.toLowerCase() ?? '';
  if (/^[^/?#]*\/\/[^/?#]*\[[^\]]*(?:[/?#]|$)/.test(text)) return false;
  if (!truth(schemes)) return true;
  if (typeof schemes === 'string') return schemes.includes(scheme);
  return Array.isArray(schemes) ? schemes.includes(scheme) : fail('schemes must be a list');
}
