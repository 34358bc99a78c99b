import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import { type Raw, Template, toJs, type Value } from '../../core/value.ts';
import type { Task, Written } from '../../language/model.ts';
import { evaluate, evaluateCondition, TemplateError } from '../../template/index.ts';
import type { TemplateScope } from './scopes.ts';

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

/** The evaluated value of a keyword; undefined if it is not given. */
export const keywordValue = (written: Written | undefined, { scope, env }: TemplateScope): Value | undefined =>
  written === undefined ? undefined : evaluate(written.value, scope, env);

/** The value of a yes/no keyword; undefined if it is not given. */
export const keywordTruth = (written: Written | undefined, sight: TemplateScope): boolean | undefined =>
  truthOf(keywordValue(written, sight));

/** The value of a numeric keyword; undefined if it is not given or not a number. */
export function keywordNumber(written: Written | undefined, sight: TemplateScope): number | undefined {
  const value = keywordValue(written, sight);
  return value === undefined || value === null ? undefined : Number(toJs(value));
}

/** Whether `changed_when` says that the task never changes anything. */
export const isNever = (written: Task['changedWhen']): boolean =>
  written?.length === 1 && String(written[0]?.value) === 'false';
