import type { Change } from '../../core/change.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Subject } from '../../core/touches.ts';
import { isDict, type Raw, toJs, type Value } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { evaluate } from '../../template/index.ts';
import { isNever } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { type BoundTask, bindTask } from './bind-task.ts';
import { ifKnown, retryWhenKnown } from './retry-when-known.ts';
import type { TaskRun } from './task-run.ts';

/** The changes that a task would make in the current state; undefined if they are not known. */
type LookAt = (call: BoundTask) => Promise<readonly Change[] | undefined>;

/**
 * In a check: record doubts for a task that may or may not run, or whose parameters are not known. With `unlessAll`,
 * does nothing if everything is in doubt anyway.
 */
export async function doubtWhatItMayChange(
  run: TaskRun,
  sight: TemplateScope,
  lookAt: LookAt,
  { unlessAll = false } = {},
): Promise<void> {
  const { play, state, task, ref } = run;
  const { beliefs } = state.link;
  if (unlessAll && beliefs.doubtsAll) return;
  const anyway: Task = { ...task, keywords: { ...task.keywords, when: [] } };
  const computed = await retryWhenKnown(run, () => bindTask(play, state, anyway, sight, true));
  if (computed.is !== 'value' || computed.value.kind !== 'call')
    return beliefs.doubt(ref.name, writtenPaths(run, sight));
  const { call } = computed.value;
  if (changesNothing(call.type, task)) return;
  const would = await lookAt({ ...call, context: { ...call.context, check: true } });
  if (would === undefined) call.link.beliefs.doubt(ref.name, namedPaths(call));
  for (const change of would ?? []) call.link.beliefs.doubtEffects(ref.name, change.effects);
}

const changesNothing = (type: TaskType, { changedWhen }: Task): boolean =>
  type.controllerOnly === true || (type.acts === true && isNever(changedWhen));

/**
 * The subjects that a task names as its targets; for a type that acts, everything unless the task says what it is
 * about.
 */
export function namedPaths({ type, params }: BoundTask): readonly Subject[] {
  if (type.controllerOnly === true || type.looks?.(params as never) === true) return [];
  const given = params as Readonly<Record<string, unknown>>;
  if (type.acts === true) return aboutOf(given['about']);
  return pathParams(type).flatMap((name) => (typeof given[name] === 'string' ? [`path:${given[name]}`] : []));
}

/** The subjects of a task that cannot be computed: the path that is written literally, or everything. */
export function writtenPaths(
  { play, task }: Pick<TaskRun, 'play' | 'task'>,
  { scope, env }: TemplateScope,
): readonly Subject[] {
  const type = typeof task.type === 'string' ? play.run.loadedType(task.type) : undefined;
  if (type === undefined) return ['everything'];
  if (changesNothing(type, task)) return [];
  if (!isDict(task.args)) return ['everything'];
  const args = task.args as ReadonlyMap<Value, Raw>;
  if (type.acts === true) return aboutOf(ifKnown(() => toJs(evaluate(args.get('about') ?? null, scope, env))));
  const names = pathParams(type).flatMap((name) => [name, ...(type.params[name]?.aliases ?? [])]);
  const raw = names.map((name) => args.get(name)).find((value) => value !== undefined);
  const path = raw === undefined ? undefined : ifKnown(() => evaluate(raw, scope, env));
  return typeof path === 'string' ? [`path:${path}`] : ['everything'];
}

/** The subjects that a command declares; everything if it declares none. */
const aboutOf = (about: unknown): readonly Subject[] => (Array.isArray(about) ? about.map(String) : ['everything']);

const pathParams = ({ params }: TaskType): readonly string[] =>
  ['dest', 'path'].filter((name) => params[name]?.type === 'path');
