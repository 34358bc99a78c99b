import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import type { Kwargs } from '../python/object.ts';
import { compilePattern, search } from '../python/regex.ts';
import { str, typeName } from '../python/repr.ts';
import { lookup as itemOf, mapping, sequence } from '../python/values.ts';
import { resolveName } from '../resolve.ts';
import { lookup } from './lookup.ts';

/** For each pattern, the lists or dicts of all variables with such names as one: `lookup('merge_variables', '__users$')`. */
export const mergeVariables = lookup((terms, options, context) => {
  const wish = wishOf(options);
  return terms.map((term) => {
    if (typeof term !== 'string')
      return fail(`Unable to merge variables, the pattern "${str(term)}" is a ${typeName(term)}, not a string`);
    const matches = matcher(term, wish.patternType);
    return sourcesFor(options.get('groups'), context).reduce(
      (merged: Value, source) =>
        source
          .names()
          .filter(matches)
          .toSorted()
          .reduce((all: Value, name) => together(all, source.value(name), { ...wish, path: name, context }), merged),
      options.get('initial_value') ?? null,
    );
  });
});

interface Wish {
  readonly override: string;
  readonly patternType: string;
}

function wishOf(options: Kwargs): Wish {
  const one = (name: string, otherwise: string, choices: readonly string[]): string => {
    const value = str(options.get(name) ?? otherwise);
    return choices.includes(value)
      ? value
      : fail(
          `Invalid value "${value}" for the option ${name} of merge_variables, valid values are: ${choices.join(', ')}`,
        );
  };
  return {
    override: one('override', 'error', ['error', 'warn', 'ignore']),
    patternType: one('pattern_type', 'regex', ['prefix', 'suffix', 'regex']),
  };
}

function matcher(term: string, patternType: string): (name: string) => boolean {
  if (patternType === 'prefix') return (name) => name.startsWith(term);
  if (patternType === 'suffix') return (name) => name.endsWith(term);
  const pattern = compilePattern(term);
  return (name) => search(pattern, name) !== undefined;
}

/** Variables to look through. */
interface Source {
  names(): readonly string[];
  value(name: string): Value;
}

/** The variables in scope; with `groups`, those of every host that is in one of them. */
function sourcesFor(groups: Value | undefined, context: Context): readonly Source[] {
  const { scope } = context.session;
  if (groups === undefined || groups === null)
    return [{ names: () => [...new Set(scope.names())], value: (name) => resolveName(name, context) }];
  const wanted = (sequence(groups) ?? [groups]).map(str);
  const hosts = mapping(resolveName('hostvars', context)) ?? new Map<Value, Value>();
  return [...hosts.values()].flatMap((host) => {
    const variables = mapping(host) ?? new Map<Value, Value>();
    const member = sequence(itemOf(variables, 'group_names') ?? []) ?? [];
    return member.some((group) => wanted.includes(str(group)))
      ? [{ names: () => [...variables.keys()].map(str), value: (name: string) => itemOf(variables, name) ?? null }]
      : [];
  });
}

interface Merging extends Wish {
  /** The variable and the keys that lead to the value. */
  readonly path: string;
  readonly context: Context;
}

/** Two lists one after the other, or two dicts with the values of both; what is null is left out. */
function together(before: Value, value: Value, merging: Merging): Value {
  const [list, dict] = [sequence(value), mapping(value)];
  if (list === undefined && dict === undefined)
    return fail('Not supported type detected, variable must be a list or a dict');
  if (before === null) return value;
  const [listBefore, dictBefore] = [sequence(before), mapping(before)];
  if (list !== undefined && listBefore !== undefined) return [...listBefore, ...list];
  if (dict !== undefined && dictBefore !== undefined) return mergedDicts(dictBefore, dict, merging);
  return fail('Unable to merge, not all variables are of the same type');
}

function mergedDicts(before: ReadonlyMap<Value, Value>, dict: ReadonlyMap<Value, Value>, merging: Merging): Value {
  const merged = new Map(before);
  for (const [key, value] of dict) {
    const old = itemOf(before, key);
    const path = `${merging.path}.${str(key)}`;
    merged.set(key, old === undefined ? value : inner(old, value, { ...merging, path }, str(key)));
  }
  return merged;
}

function inner(old: Value, value: Value, merging: Merging, key: string): Value {
  const [list, dict] = [sequence(value), mapping(value)];
  const [oldList, oldDict] = [sequence(old), mapping(old)];
  if (list !== undefined && oldList !== undefined) return [...oldList, ...list];
  if (dict !== undefined && oldDict !== undefined) return mergedDicts(oldDict, dict, merging);
  const message = `The key '${key}' with value '${str(old)}' will be overwritten with value '${str(value)}' from '${merging.path}'`;
  if (merging.override === 'error') return fail(message);
  if (merging.override === 'warn') merging.context.session.env.warn(message);
  return value;
}
