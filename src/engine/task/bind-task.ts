import { type Bound, bindParams, type ParamProblem } from '../../core/bind-params.ts';
import type { AnyQuestion } from '../../core/question.ts';
import {
  type Controller,
  ControllerError,
  type TaskContext,
  type TaskResult,
  type TaskType,
} from '../../core/task-type.ts';
import type { Task } from '../../language/model.ts';
import { unknownTaskType } from '../../language/unknown-task-type.ts';
import { asTemplateError, evaluate, TemplateError } from '../../template/index.ts';
import { homeOf, homeOfUser } from '../host/homes.ts';
import type { Place } from '../host/host-link.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import { placed, toldOf } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import { firstFalse, isNever, keywordNumber, keywordTruth, keywordValue } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { OMIT, type TemplateScope } from '../variables/scopes.ts';
import { BadParams } from './bad-params.ts';
import { createController } from './controller.ts';
import { environmentOf } from './environment.ts';
import { doubtOf } from './retry-when-known.ts';
import { argsOf } from './task-args.ts';

/** A task with everything computed for one host and one loop item: ready to be asked, planned and applied. */
export interface BoundTask extends Place {
  /** The inventory host that it is delegated to. */
  readonly delegatedTo?: string;
  readonly type: TaskType;
  readonly params: unknown;
  readonly context: TaskContext;
  readonly censored: boolean;
  readonly diff: boolean;
  /** Whether to produce Ansible's outcome where ours would be more accurate, for users' scripts that rely on it. */
  readonly ansible: boolean;
  readonly timeoutMs?: number;
  /** The seconds that its `timeout` allows. */
  readonly timeout?: number | undefined;
  readonly warnings: readonly string[];
}

/** The possible results of computing a task. */
type Computed =
  | { readonly kind: 'call'; readonly call: BoundTask }
  /** In a check: it shows or sets values that are not known yet. */
  | { readonly kind: 'valueless'; readonly because: string; readonly censored: boolean }
  | { readonly kind: 'skipped'; readonly message: string; readonly condition: string; readonly censored: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly result?: TaskResult; readonly censored: boolean };

/**
 * Compute a task for a host: its conditions, then where it runs, its parameters and its files. Throws `NotKnownYet` if
 * a value is not known yet. With `peek`, for asking ahead, it must not prompt or write anything.
 */
export async function bindTask(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: TemplateScope,
  peek: boolean,
): Promise<Computed> {
  let censored = false;
  try {
    censored = keywordTruth(task.keywords.noLog, sight) ?? false;
    const warnings: string[] = [];
    const refused = firstFalse(task.keywords.when, sight, warnings);
    if (refused !== undefined)
      return { kind: 'skipped', message: 'Conditional result was False', condition: refused, censored };
    const call = await makeCall(play, state, task, sight, { peek, censored, warnings }).catch(
      unlessValueless(play, task),
    );
    return call instanceof NotKnownYet
      ? { kind: 'valueless', because: call.because, censored }
      : { kind: 'call', call };
  } catch (thrown) {
    const error = asTemplateError(thrown);
    if (error instanceof TemplateError) {
      const doubt = doubtOf(play, state, error);
      if (doubt !== undefined) throw new NotKnownYet('unknown', state.host.name, doubt);
      return { kind: 'failed', message: placed(error), result: toldOf(error), censored };
    }
    if (error instanceof ControllerError) return { kind: 'failed', message: error.message, censored };
    if (error instanceof BadParams)
      return { kind: 'failed', message: error.message, ...(error.result && { result: error.result }), censored };
    throw error;
  }
}

/** Returns the error if it only concerns the values that a task shows or sets, and nothing judges the result. */
const unlessValueless =
  ({ run }: PlayContext, { type, changedWhen, failedWhen, until, keywords }: Task) =>
  (error: unknown): NotKnownYet => {
    const isUnknown = error instanceof NotKnownYet && error.what === 'unknown';
    const onlyValues = typeof type === 'string' && run.loadedType(type)?.onlyValues === true;
    const isJudged = [changedWhen, failedWhen, until, keywords.delegateTo].some((keyword) => keyword !== undefined);
    if (isUnknown && onlyValues && !isJudged) return error;
    throw error;
  };

async function makeCall(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: TemplateScope,
  { peek, censored, warnings }: Pick<BoundTask, 'censored' | 'warnings'> & { readonly peek: boolean },
): Promise<BoundTask> {
  const { options } = play.run;
  const type = await typeOf(play, task, sight);
  const asyncSeconds = keywordNumber(task.async, sight);
  const isRefused = type.neverAsync === true || type.controllerOnly === true;
  if (options.ansible === true && isRefused && (asyncSeconds ?? 0) > 0)
    throw new BadParams(NOT_ASYNC, { changed: false, msg: NOT_ASYNC });
  const { from, ...where } = placeOf(play, state, task, sight, type);
  const diff = keywordTruth(task.keywords.diff, sight) ?? options.diff;
  const bound = bindParams(type, argsOf(task, type, sight), {
    omit: OMIT,
    environment: where.identity.environment,
    home: (user) =>
      user === undefined ? homeOf(where.link, where.identity) : homeOfUser(where.link, where.identity, user),
    taskType: play.run.loadedType,
  });
  const refused = misfit(type, bound, task.type);
  if (!bound.ok) throw new BadParams(bound.problems.map((problem) => sentence(problem)).join('; '), refused);
  if (refused !== undefined) throw new BadParams(String(refused['msg']), refused);
  for (const secret of bound.secrets) play.run.secrets.add(secret);
  const context: TaskContext = {
    check:
      keywordTruth(task.keywords.checkMode, sight) ??
      (options.check && !runsInCheck(type, bound.params, task, options)),
    diff,
    host: where.delegatedTo ?? state.host.name,
    interactive: options.interactive,
    ...(options.personWaitMs !== undefined && { personWaitMs: options.personWaitMs }),
    native: options.native,
    now: new Date(),
    verbosity: play.run.runFacts.verbosity,
    environment: where.identity.environment,
  };
  const controller: Controller = createController(play, task, sight, peek, { ...where, from });
  const params =
    type.prepare === undefined ? bound.params : await type.prepare(bound.params as never, controller, context);
  const timeout = keywordNumber(task.keywords.timeout, sight);
  const seconds = timeout ?? (asyncSeconds === 0 ? undefined : asyncSeconds);
  return {
    type,
    params,
    context,
    ...where,
    censored,
    diff,
    ansible: options.ansible === true,
    timeout,
    timeoutMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
    warnings,
  };
}

const NOT_ASYNC = 'async is not supported for this task.';

/** Whether a check runs a command: its author says that it changes nothing, and its program is one that only reads. */
function runsInCheck(type: TaskType, params: unknown, task: Task, options: { readonly ansible?: boolean }): boolean {
  const isCommand = type.acts === true && type.prepare === undefined;
  return isCommand && options.ansible !== true && isNever(task.changedWhen) && type.looks?.(params as never) === true;
}

async function typeOf(play: PlayContext, task: Task, sight: TemplateScope): Promise<TaskType> {
  const name = typeof task.type === 'string' ? task.type : String(evaluate(task.type, sight.scope, sight.env));
  const type = play.run.loadedType(name) ?? (await play.run.taskType(name));
  if (type === undefined)
    throw new BadParams(play.run.options.ansible === true ? unresolved(name) : unknownTaskType(name, []).message);
  return type;
}

/** The error for an unknown task type. */
export const unresolved = (name: string): string =>
  `couldn't resolve module/action '${name}'. This often indicates a misspelling, missing collection, or incorrect module path.`;

function placeOf(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: TemplateScope,
  { worksFromElsewhere }: TaskType,
): Place & Pick<BoundTask, 'delegatedTo'> & { readonly from?: string | undefined } {
  const delegate = keywordValue(task.keywords.delegateTo, sight);
  const name = delegate === undefined || delegate === null ? undefined : String(delegate);
  const environment = environmentOf(task, sight);
  const own = () => ({ link: state.link, identity: play.identity(state, task, sight, environment) });
  if (name === undefined) return own();
  const other = play.stateOf(name);
  if (other === undefined) throw new BadParams(`cannot delegate to \`${name}\`: it is not in the inventory`);
  if (worksFromElsewhere === true) return { ...own(), from: name };
  return {
    link: other.link,
    identity: play.identity(other, task, play.scopes.of(other, task), environment, sight),
    delegatedTo: name,
  };
}

/** Ansible's result for parameters that do not fit; undefined if they do, or if its message is the same as ours. */
function misfit(type: TaskType, bound: Bound, written: Task['type']): TaskResult | undefined {
  const problems = bound.ok ? [] : bound.problems;
  const unknown = problems.filter(({ code }) => code === 'unknown-parameter').map(({ path }) => path.join('.'));
  const isUnknown = unknown.length > 0;
  if (isUnknown && type.refusedOnController === true) {
    const name = typeof written === 'string' ? written : type.name;
    return { changed: false, msg: `Invalid options for ${name}: ${unknown.join(',')}` };
  }
  const own = isUnknown ? undefined : type.misfit?.(bound.given);
  const missing = problems.flatMap(({ missing: name }) => name ?? []);
  if (own !== undefined) return own;
  if (missing.length > 0) return { changed: false, msg: `missing required arguments: ${missing.join(', ')}` };
  const mode = problems.length === 1 ? wrongMode(type, bound) : undefined;
  if (mode === undefined) return undefined;
  const details = `bad symbolic permission for mode: ${mode}`;
  return { changed: false, msg: 'mode must be in octal or symbolic form', details };
}

/** A mode that is neither a number nor symbolic. */
function wrongMode({ params }: TaskType, bound: Bound): string | undefined {
  const [problem] = bound.ok ? [] : bound.problems;
  const name = problem?.code === 'wrong-type' && problem.path.length === 1 ? (problem.path[0] ?? '') : '';
  const given = params[name]?.type === 'mode' ? bound.given.get(name) : undefined;
  return typeof given === 'string' ? given : undefined;
}

const sentence = ({ path, message, hint }: ParamProblem): string =>
  `${path.length > 1 ? `${path.slice(0, -1).join('.')}: ` : ''}${message}${hint === undefined ? '' : ` (${hint})`}`;

/** The questions of a task that have no answer yet, and those that depend on answers that are known. */
export function questionsOf(call: BoundTask): readonly AnyQuestion<unknown>[] {
  const first = Object.values(call.type.ask?.(call.params as never, call.context) ?? {}) as AnyQuestion<unknown>[];
  const beliefs = first.map((question) => call.link.beliefs.of(question, call.identity.key));
  if (call.type.thenAsk === undefined || !beliefs.every((belief) => belief?.is === 'answer' && belief.answer.ok))
    return first;
  const named = Object.keys(call.type.ask?.(call.params as never, call.context) ?? {});
  const state = Object.fromEntries(
    named.map((name, index) => [name, (beliefs[index] as { answer: { value: unknown } }).answer.value]),
  );
  return [
    ...first,
    ...(Object.values(call.type.thenAsk(state as never, call.params as never, call.context)) as AnyQuestion<unknown>[]),
  ];
}
