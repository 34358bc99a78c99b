import { omitting, withLacking } from '../../core/lacking.ts';
import type { AnyQuestion } from '../../core/question.ts';
import type { AnyTaskType, Questions, TaskContext, TaskResult } from '../../core/task-type.ts';
import type { Belief } from './beliefs.ts';

type State = Readonly<Record<string, unknown>>;

/** The parameters and current answers of a task in a check. */
interface Looked {
  readonly params: unknown;
  readonly context: TaskContext;
  /** The host's answers now. */
  readonly now: State;
}

/**
 * In a check: the result of a task after its predicted changes, computed from the answers that the host will give
 * afterwards. Keys that depend on an unknown answer are unknown.
 */
export function resultAfterwards(
  type: AnyTaskType,
  looked: Looked,
  believed: (question: AnyQuestion<unknown>) => Belief | undefined,
  resultOf: (state: State) => TaskResult,
): TaskResult {
  const { state, stale } = stateAfter(type, looked, believed);
  const result = resultOf(state);
  if (stale.size === 0) return result;
  const other = Object.fromEntries(
    Object.entries(state).map(([name, answer]) => [name, stale.has(name) ? altered(answer) : answer]),
  );
  const otherwise = attempted(() => resultOf(other)) ?? {};
  const unsure = Object.keys(result).filter((key) => JSON.stringify(result[key]) !== JSON.stringify(otherwise[key]));
  return withLacking(
    omitting(result, (key) => unsure.includes(key)),
    unsure,
  );
}

/** The state after the changes. Answers that will then be unknown keep their current value and are listed as stale. */
function stateAfter(
  type: AnyTaskType,
  { params, context, now }: Looked,
  believed: (question: AnyQuestion<unknown>) => Belief | undefined,
): { readonly state: State; readonly stale: ReadonlySet<string> } {
  const stale = new Set<string>();
  const known = (questions: Questions): State =>
    Object.fromEntries(
      Object.entries(questions).flatMap(([name, question]) => {
        const belief = believed(question);
        if (belief?.is === 'answer' && belief.answer.ok) return [[name, belief.answer.value]];
        // Without a belief, knowing the answer would require asking the host more questions.
        if (belief?.is !== 'answer') stale.add(name);
        return name in now ? [[name, now[name]]] : [];
      }),
    );
  const first = known(type.ask?.(params, context) ?? {});
  return { state: { ...now, ...first, ...known(type.thenAsk?.(first, params, context) ?? {}) }, stale };
}

/** A value of the same shape in which everything is different. */
function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}~`;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.map(altered);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, altered(one)]));
}

function attempted<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    // A type may reject such an answer; its whole result then depends on that answer.
    return undefined;
  }
}
