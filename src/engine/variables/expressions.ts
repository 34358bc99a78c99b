import type { Position } from '../../core/source.ts';
import type { Controller } from '../../core/task-type.ts';
import {
  type Expression,
  Float,
  fromJs,
  isTemplateText,
  type Raw,
  Template,
  toJs,
  type Value,
} from '../../core/value.ts';
import {
  evaluate,
  evaluateCondition,
  evaluateExpression,
  isUndefinedError,
  isWritten,
  notWritten,
} from '../../template/index.ts';
import type { TemplateScope } from './scopes.ts';

/** The value that `debug: var` shows: the value of an expression written by a person, or else the given value. */
export function evaluateWritten(
  { written, value }: Expression,
  at: Position,
  sight: TemplateScope,
): ReturnType<Controller['evaluate']> {
  if (written === undefined) return named(fromJs(value), 'value');
  const { scope, env } = sight;
  const computed = (source: string) => ({
    name: source,
    value: definedOr(NOT_DEFINED, () => toJs(evaluateExpression(source, at, scope, env))),
  });
  const source = written instanceof Template ? written.source : written;
  if (typeof source === 'string' && !isTemplateText(source)) return computed(source);
  const given = evaluate(written, scope, env);
  if (typeof given === 'string' && isWritten(written, scope)) return computed(given);
  return named(given, typeof source === 'string' ? withoutBraces(source) : 'value');
}

/** Ansible's wording. */
const NOT_DEFINED = 'VARIABLE IS NOT DEFINED!';

function typeName(value: Value): string | undefined {
  if (Array.isArray(value)) return "<class 'list'>";
  return value instanceof Map ? "<class 'dict'>" : undefined;
}

const named = (value: Value, name: string): ReturnType<Controller['evaluate']> => ({
  name: typeName(value) ?? name,
  value: toJs(value),
});

const withoutBraces = (source: string): string => /^\s*\{\{\s*(.+?)\s*\}\}\s*$/s.exec(source)?.[1] ?? source;

/** The first of the conditions written by a person under `that` that does not hold. */
export function firstBroken({ written, value }: Expression, sight: TemplateScope): ReturnType<Controller['broken']> {
  if (written === undefined) return brokenValue(fromJs(value), null);
  if (Array.isArray(written)) return firstOf(written as readonly Raw[], (one) => brokenText(one, sight));
  if (!(written instanceof Template) || !isTemplateText(written.source)) return brokenText(written, sight);
  const given = evaluate(written, sight.scope, sight.env);
  return isWritten(written, sight.scope)
    ? firstOf(listed(given), (one) => brokenText(one, sight))
    : brokenValue(given, written);
}

const listed = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : [value]);

function firstOf<T>(
  all: readonly T[],
  broken: (one: T) => ReturnType<Controller['broken']>,
): ReturnType<Controller['broken']> {
  for (const one of all) {
    const found = broken(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const brokenText = (condition: Raw, { scope, env }: TemplateScope): ReturnType<Controller['broken']> =>
  evaluateCondition(condition, scope, env).value ? undefined : { condition: shown(condition) };

const shown = (condition: Raw): unknown =>
  condition instanceof Template ? condition.source : toJs(condition as Value);

/** A value not written by a person can be true or false, but is never evaluated as an expression. */
function brokenValue(value: Value, written: Raw): ReturnType<Controller['broken']> {
  return firstOf(listed(value), (one) => {
    if (typeof one === 'string' && one !== '') throw notWritten(written, one);
    return one === '' || one === true || (typeof one === 'number' && one !== 0) ? undefined : { condition: toJs(one) };
  });
}

/** Look up a variable by its name alone. */
export function variable(name: string, { scope, env }: TemplateScope): ReturnType<Controller['variable']> {
  const raw = scope.get(name);
  const value = raw === undefined ? undefined : definedOr(undefined, () => evaluate(raw, scope, env));
  if (value === undefined) return undefined;
  return { value: toJs(value), float: value instanceof Float || (typeof value === 'number' && value % 1 !== 0) };
}

function definedOr<T, E>(otherwise: E, compute: () => T): T | E {
  try {
    return compute();
  } catch (error) {
    if (isUndefinedError(error)) return otherwise;
    throw error;
  }
}
