import { oneOr } from '../../core/one-or.ts';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { findTest } from '../plugins.ts';
import { compilePattern, search } from '../python/regex.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { assign, lookup, mapping, sequence, truth } from '../python/values.ts';
import { attributeGetter } from './attribute-path.ts';

/** Filters from the ansible.utils collection for nested data. */
export const nestedFilters: Callees = {
  'ansible.utils.index_of': fn(
    'data, test, value=None, key=None, fail_on_missing=False, wantlist=False',
    ([data, test, value, key, strict, wantlist], context) =>
      indexOf(data, { test: str(test), value, key, strict: truth(strict), wantlist: truth(wantlist) }, context),
  ),
  'ansible.utils.get_path': fn('var, path, wantlist=False', ([data, path, wantlist], context) => {
    const found = attributeGetter(
      str(path)
        .replaceAll(/\[['"]?(.*?)['"]?\]/g, '.$1')
        .replace(/^\./, ''),
      context,
    )(data);
    return truth(wantlist) && sequence(found) === undefined ? [found] : found;
  }),
  'ansible.utils.to_paths': fn('var, prepend=None, wantlist=False', ([data, prepend, wantlist]) => {
    const paths = new Map<Value, Value>(pathsIn(data, prepend === null ? '' : str(prepend)));
    return truth(wantlist) ? [paths] : paths;
  }),
  'ansible.utils.keep_keys': fn('data, target, matching_parameter="equality"', ([data, target, how]) =>
    kept(data, keyMatcher(target, str(how))),
  ),
  'ansible.utils.remove_keys': fn('data, target, matching_parameter="equality"', ([data, target, how]) =>
    removed(data, keyMatcher(target, str(how))),
  ),
  'ansible.utils.replace_keys': fn('data, target, matching_parameter="equality"', ([data, target, how]) => {
    const rules = (sequence(target) ?? fail('target must be a list', 'template-type')).map((rule) => {
      const dict = mapping(rule) ?? fail('target must be a list of dicts with before and after', 'template-type');
      return { fits: keyMatcher([lookup(dict, 'before') ?? null], str(how)), after: lookup(dict, 'after') ?? null };
    });
    return renamed(data, (key) => rules.find(({ fits }) => fits(key))?.after ?? key);
  }),
};

interface Wanted {
  readonly test: string;
  readonly value: Value;
  readonly key: Value;
  readonly strict: boolean;
  readonly wantlist: boolean;
}

/** The index of the item for which a condition holds, or a list of all such indices. */
function indexOf(data: Value, { test, value, key, strict, wantlist }: Wanted, context: Context): Value {
  const list = sequence(data) ?? fail("The 'data' of index_of must be a list.", 'template-type');
  const callee = findTest(test, context.session.env) ?? fail(`no test named '${test}'`, 'unknown-test');
  const holds = (item: Value): boolean =>
    truth(callee.call(test, value === null ? [item] : [item, value], new Map(), context));
  const at = list.flatMap((item, index) => {
    if (key === null) return holds(item) ? [index] : [];
    const dict = mapping(item) ?? fail("With 'key', the data of index_of must be a list of dictionaries.");
    const part = lookup(dict, key);
    if (part === undefined) return strict ? fail(`'${str(key)}' was not found in ${str(item)}`) : [];
    return holds(part) ? [index] : [];
  });
  return wantlist ? at : oneOr(at, (many) => many);
}

/** Every value in nested data with its path: `a.b[0]['with space']`. */
function pathsIn(data: Value, path: string): (readonly [Value, Value])[] {
  const dict = mapping(data);
  if (dict !== undefined && dict.size > 0)
    return [...dict].flatMap(([key, value]) => pathsIn(value, joined(path, str(key))));
  const list = sequence(data);
  if (list !== undefined && list.length > 0) return list.flatMap((item, index) => pathsIn(item, `${path}[${index}]`));
  return [[path, data]];
}

function joined(path: string, key: string): string {
  if (/^[A-Za-z0-9_]+$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${key.includes("'") ? `"${key}"` : `'${key}'`}]`;
}

function keyMatcher(target: Value, how: string): (key: Value) => boolean {
  const texts = (sequence(target) ?? [target]).map(str);
  const is: Record<string, (key: string, text: string) => boolean> = {
    equality: (key, text) => key === text,
    starts_with: (key, text) => key.startsWith(text),
    ends_with: (key, text) => key.endsWith(text),
    regex: (key, text) => search(compilePattern(text), key, true) !== undefined,
  };
  const fits =
    is[how] ?? fail(`matching_parameter must be one of equality, starts_with, ends_with, regex; this is ${how}`);
  return (key) => texts.some((text) => fits(str(key), text));
}

const isEmpty = (value: Value): boolean => mapping(value)?.size === 0 || sequence(value)?.length === 0;

const isOfTexts = (value: Value): boolean => sequence(value)?.every((item) => typeof item === 'string') === true;

/** Keeps only these keys' plain values, at any depth; drops whatever becomes empty, except from the outermost list. */
function kept(data: Value, fits: (key: Value) => boolean): Value {
  const list = sequence(data);
  if (list !== undefined) return list.map((item) => kept(item, fits));
  const dict = mapping(data);
  if (dict === undefined) return data;
  const result = new Map<Value, Value>();
  for (const [key, value] of dict) {
    const isPlain = sequence(value) === undefined && mapping(value) === undefined;
    const inner = kept(value, fits);
    const part = sequence(inner)?.filter((item) => !isEmpty(item)) ?? inner;
    if (isPlain ? fits(key) : !isEmpty(part) && !isOfTexts(part)) assign(result, key, part);
  }
  return result;
}

function removed(data: Value, fits: (key: Value) => boolean): Value {
  const list = sequence(data);
  if (list !== undefined)
    return list
      .filter((item) => !isEmpty(item))
      .map((item) => removed(item, fits))
      .filter((item) => mapping(item)?.size !== 0);
  const dict = mapping(data);
  if (dict === undefined) return data;
  return new Map([...dict].flatMap(([key, value]) => (fits(key) ? [] : [[key, removed(value, fits)] as const])));
}

function renamed(data: Value, name: (key: Value) => Value): Value {
  const list = sequence(data);
  if (list !== undefined) return list.map((item) => renamed(item, name));
  const dict = mapping(data);
  return dict === undefined
    ? data
    : new Map([...dict].map(([key, value]) => [name(key), renamed(value, name)] as const));
}
