import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { indexOf } from '../python/number.ts';
import type { Flags } from '../python/pattern.ts';
import {
  compilePattern,
  escapePattern,
  findallItem,
  groupNumber,
  matches,
  search,
  substitute,
} from '../python/regex.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { truth } from '../python/values.ts';
import { present } from './common.ts';

const textOf = (value: Value): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : str(present(value));

const flags = (ignorecase: Value, multiline: Value): Flags => ({
  ignorecase: truth(ignorecase),
  multiline: truth(multiline),
});

/** Ansible's regular expression filters. */
export const patternFilters: Callees = {
  regex_replace: fn(
    "value='', pattern='', replacement='', ignorecase=False, multiline=False, count=0, mandatory_count=0",
    ([value, pattern, by, ignorecase, multiline, count, mandatory]) => {
      const compiled = compilePattern(str(pattern), flags(ignorecase, multiline));
      const replaced = substitute(compiled, str(by), textOf(value), indexOf(count));
      const wanted = indexOf(mandatory);
      if (wanted === 0 || wanted === replaced.count) return replaced.text;
      return fail(
        `'${str(pattern)}' should match ${wanted} times, but matches ${replaced.count} times in '${textOf(value)}'`,
      );
    },
  ),
  regex_findall: fn('value, regex, multiline=False, ignorecase=False', ([value, pattern, multiline, ignorecase]) =>
    [...matches(compilePattern(str(pattern), flags(ignorecase, multiline)), textOf(value))].map(findallItem),
  ),
  regex_search: fn(
    'value, regex, *groups, ignorecase=False, multiline=False',
    ([value, pattern, groups, ignorecase, multiline]) =>
      regexSearch(textOf(value), str(pattern), groups as Value[], flags(ignorecase, multiline)),
  ),
  regex_escape: fn("value, re_type='python'", ([value, type]) => regexEscape(textOf(value), str(type))),
};

function regexSearch(text: string, source: string, groups: readonly Value[], options: Flags): Value {
  const pattern = compilePattern(source, options);
  const wanted = groups.map((group) => groupOf(str(group)));
  const match = search(pattern, text);
  if (!match) return null;
  if (wanted.length === 0) return match.groups[0] ?? '';
  return wanted.map((name) => match.groups[groupNumber(name, pattern)] ?? null);
}

function groupOf(text: string): string {
  const name = /^\\g<(\S+)>/.exec(text)?.[1] ?? /^\\(\d+)/.exec(text)?.[1];
  return name ?? fail('Unknown argument');
}

function regexEscape(text: string, type: string): string {
  if (type === 'python') return escapePattern(text);
  if (type === 'posix_basic') return text.replace(/[\].[^$*\\]/g, '\\$&');
  return fail(
    type === 'posix_extended' ? 'Regex type (posix_extended) not yet implemented' : `Invalid regex type (${type})`,
  );
}
