import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import { type Raw, Template, toJs, type Value } from '../../core/value.ts';
import type { Task, Written } from '../../language/model.ts';
import { evaluate, evaluateCondition, repr, TemplateError } from '../../template/index.ts';
import { OMIT, type TemplateScope } from './scopes.ts';

/** The first condition that does not hold, as written. */
export function firstFalse(
  conditions: readonly Written[],
  { scope, env }: TemplateScope,
  warnings: string[] = [],
): string | undefined {
  for (const { value, at } of conditions) {
    const { value: holds, warning } = evaluatePlaced(value, at, { scope, env });
    if (warning !== undefined) warnings.push(warning);
    if (!holds) return conditionText(value);
  }
  return undefined;
}

function evaluatePlaced(value: Raw, at: Position, { scope, env }: TemplateScope): ReturnType<typeof evaluateCondition> {
  try {
    return evaluateCondition(value, scope, env);
  } catch (error) {
    throw error instanceof TemplateError ? error.locate(at) : error;
  }
}

/** A condition as written. */
export function conditionText(value: Raw): string {
  if (value instanceof Template) return value.source;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(toJs(value as Value));
}

/** The evaluated value of a keyword; undefined if it is not given, or omitted. */
export function keywordValue(written: Written | undefined, sight: TemplateScope): Value | undefined {
  const value = written === undefined ? undefined : evaluate(written.value, sight.scope, sight.env);
  return value === OMIT ? undefined : value;
}

/** The value of a yes/no keyword; undefined if it is not given. */
export const keywordTruth = (written: Written | undefined, sight: TemplateScope): boolean | undefined =>
  truthIn(written, keywordValue(written, sight));

/** The meaning of a yes/no keyword's value; undefined if it is not given. */
export const truthIn = (written: Written | undefined, value: Value | undefined): boolean | undefined =>
  isGiven(value) ? (truthOf(value) ?? refuse(written, value, 'boolean')) : undefined;

/** The value of a numeric keyword; undefined if it is not given. */
export function keywordNumber(written: Written | undefined, sight: TemplateScope): number | undefined {
  const value = keywordValue(written, sight);
  if (!isGiven(value)) return undefined;
  const number = Number(toJs(value));
  return Number.isNaN(number) ? refuse(written, value, 'number') : number;
}

const isGiven = (value: Value | undefined): value is Value => value !== undefined && value !== null && value !== '';

function refuse(written: Written | undefined, value: Value, wanted: string): never {
  throw new TemplateError(`The value ${repr(value)} is not a valid ${wanted}.`, 'wrong-keyword-type', written?.at);
}

/** Whether `changed_when` says that the task never changes anything. */
export const isNever = (written: Task['changedWhen']): boolean =>
  written?.length === 1 && String(written[0]?.value) === 'false';
