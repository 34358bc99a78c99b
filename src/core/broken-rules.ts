import type { ParamRules } from './task-type.ts';

/** A violated rule between parameters. */
interface BrokenRule {
  readonly code: 'conflicting-parameters' | 'missing-parameter';
  readonly message: string;
}

/** The violated rules between parameters, in Ansible's wording. */
export function brokenRules(
  {
    mutuallyExclusive = [],
    requiredTogether = [],
    requiredOneOf = [],
    requiredIf = [],
    requiredBy = {},
  }: ParamRules = {},
  given: ReadonlyMap<string, unknown>,
  params: Readonly<Record<string, unknown>>,
): readonly BrokenRule[] {
  const isGiven = (name: string): boolean => given.has(name);
  return [
    ...mutuallyExclusive
      .filter((names) => names.filter(isGiven).length > 1)
      .map((names) => conflicting(`parameters are mutually exclusive: ${names.join('|')}`)),
    ...requiredTogether
      .filter((names) => names.some(isGiven) && !names.every(isGiven))
      .map((names) => missing(`parameters are required together: ${names.join(', ')}`)),
    ...requiredOneOf
      .filter((names) => !names.some(isGiven))
      .map((names) => missing(`one of the following is required: ${names.join(', ')}`)),
    ...requiredIf.flatMap((rule) => brokenCondition(rule, given, params)),
    ...Object.entries(requiredBy)
      .filter(([name]) => isGiven(name))
      .flatMap(([name, needs]) =>
        needs
          .filter((other) => !isGiven(other))
          .map((other) => missing(`missing parameter(s) required by '${name}': ${other}`)),
      ),
  ];
}

function brokenCondition(
  { param, is, needs, any = false }: NonNullable<ParamRules['requiredIf']>[number],
  given: ReadonlyMap<string, unknown>,
  params: Readonly<Record<string, unknown>>,
): readonly BrokenRule[] {
  const lacking = needs.filter((name) => !given.has(name) && params[name] === undefined);
  const enough = any ? lacking.length < needs.length : lacking.length === 0;
  if (params[param] !== is || enough) return [];
  const how = any ? 'any' : 'all';
  return [missing(`${param} is ${String(is)} but ${how} of the following are missing: ${lacking.join(', ')}`)];
}

const conflicting = (message: string): BrokenRule => ({ code: 'conflicting-parameters', message });
const missing = (message: string): BrokenRule => ({ code: 'missing-parameter', message });
