import { must } from '../../core/must.ts';
import type { TaskResult } from '../../core/task-type.ts';
import type { Raw, Value } from '../../core/value.ts';
import type { Entry, Projection, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { evaluateExpression, isUndefinedError, LazyMapping, TemplateError, Undefined } from '../../template/index.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** What a task's own conditions and the expressions of its `register` may read of it, each where there is such a result. */
export interface TaskSoFar {
  /** The latest result: in a loop, that of an item. */
  readonly latest?: TaskResult;
  /** In a loop: its result, as far as it has come. */
  readonly loop?: () => TaskResult;
  /** The result of the whole task, once a loop has ended. */
  readonly ended?: TaskResult;
}

/**
 * The variables that a task reads about itself, in a scope that holds them all: those that the expressions of its `register` define, each
 * computed when it is read, so that their order does not matter, and `_task`.
 */
export function aboutItself(
  { projections = [] }: { readonly projections?: readonly Projection[] },
  soFar: TaskSoFar,
  asValue: (result: TaskResult) => Value,
  scopeWith: (layers: readonly VarsLayer[]) => TemplateScope,
): { readonly registered: VarsLayer; readonly sight: TemplateScope } {
  const own: { sight?: TemplateScope } = {};
  const entries = projections.map((one) => [one.name, whenRead(() => perhaps(one, must(own.sight, 'sight')))] as const);
  const registered = { level: LEVELS.set, from: 'this task', vars: new Map(entries) };
  const sight = scopeWith([registered, taskLayer(soFar, asValue)]);
  own.sight = sight;
  return { registered, sight };
}

/** The variable `_task`, by which a task reads its own result. */
function taskLayer({ latest, loop, ended }: TaskSoFar, asValue: (result: TaskResult) => Value): VarsLayer {
  const read: Readonly<Record<string, () => TaskResult | undefined>> = {
    result: () => latest,
    loop_result: () => loop?.(),
    polymorphic_result: () => ended ?? latest,
  };
  const get = (key: string): Value | undefined => {
    const result = Object.hasOwn(read, key) ? read[key]?.() : undefined;
    return result === undefined ? undefined : asValue(result);
  };
  const there = (): string[] => Object.keys(read).filter((key) => read[key]?.() !== undefined);
  const task = (): Raw => new LazyMapping('dict', get, there);
  return { level: LEVELS.loop, from: 'this task', vars: new Map([['_task', whenRead(task)]]) };
}

/** The value of an expression of `register`. */
export const projected = ({ expression, at }: Projection, { scope, env }: TemplateScope): Value =>
  evaluateExpression(expression, at, scope, env);

/** The same, as a variable: one that is computed from something undefined is undefined, too. */
function perhaps(one: Projection, sight: TemplateScope): Raw {
  try {
    return projected(one, sight);
  } catch (error) {
    if (error instanceof TemplateError && isUndefinedError(error)) return new Undefined(error.message);
    throw error;
  }
}

/** An entry whose value is computed when it is first read; one that needs itself cannot be. */
function whenRead(compute: () => Raw): Entry {
  let known: { readonly value: Raw } | undefined;
  let computing = false;
  return {
    get value(): Raw {
      if (computing) throw new TemplateError('recursive loop detected in `register`', 'recursion');
      computing = true;
      try {
        known ??= { value: compute() };
        return known.value;
      } finally {
        computing = false;
      }
    },
  };
}
