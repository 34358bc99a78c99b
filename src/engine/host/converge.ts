import { type Change, changeText } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import { type AnyQuestion, isCostly } from '../../core/question.ts';
import type { Reply, SessionFailure } from '../../core/session.ts';
import type { AnyTaskType, Plan, Questions, TaskContext, TaskResult } from '../../core/task-type.ts';
import type { Belief } from './beliefs.ts';
import { dependsOn } from './depends-on.ts';
import { firstFailure } from './failed-command.ts';
import { resultAfterwards } from './result-afterwards.ts';
import { unwritable } from './unwritable.ts';

/** A host as seen by one task, which can ask it questions and change it. */
export interface Target {
  /** What is believed about these questions; asks those that are not known, in at most one round. */
  ask(questions: readonly AnyQuestion<unknown>[]): Promise<Asked>;
  /**
   * Run the commands in order, up to the first failure; discard all earlier answers; ask the questions in the same
   * round.
   */
  act(commands: readonly Command[], changes: readonly Change[], after: readonly AnyQuestion<unknown>[]): Promise<Acted>;
  /** In a check: record what later questions will answer; with `more`, other changes may follow that are not known yet. */
  foresee(changes: readonly Change[], more?: boolean): void;
  /** In a check: results describe the host as it is now, and only their `diff` what would be different, as with Ansible. */
  readonly blind?: boolean;
  /** In a check: what would be believed about a question after these changes, without asking. */
  afterwards?(changes: readonly Change[]): (question: AnyQuestion<unknown>) => Belief | undefined;
  /** Discard the answers to these questions and wait. */
  wait(ms: number, questions: readonly AnyQuestion<unknown>[], shown: string | undefined): Promise<void>;
}

/** A host's answers to a task's questions, or why there are none. */
export type Asked =
  | { readonly ok: true; readonly beliefs: ReadonlyMap<string, Belief> }
  | { readonly ok: false; readonly failure: SessionFailure };

/** The replies to a change's commands, or why they could not be sent. */
export type Acted =
  | { readonly ok: true; readonly replies: readonly Reply[] }
  | { readonly ok: false; readonly failure: SessionFailure };

/**
 * How a task ended on a host, before `changed_when` and the like are applied; in a check, possibly only `unless` a
 * task changes it.
 */
export type Converged =
  | {
      readonly status: 'ok' | 'changed';
      readonly changes: readonly Change[];
      readonly result: TaskResult;
      readonly assuming: readonly string[];
      readonly unless: readonly string[];
      readonly warnings: readonly string[];
    }
  | {
      readonly status: 'failed';
      readonly message: string;
      readonly changes: readonly Change[];
      readonly result: TaskResult;
      readonly didChange: boolean;
      /** In a check: what it would have changed; undefined if that is not known. */
      readonly would?: readonly Change[];
      readonly unless?: readonly string[];
    }
  | {
      readonly status: 'skipped';
      readonly message: string;
      readonly result: TaskResult;
      readonly unless: readonly string[];
    }
  | { readonly status: 'unknown'; readonly message: string; readonly assuming: readonly string[] }
  | { readonly status: 'unreachable'; readonly failure: SessionFailure };

type State = Readonly<Record<string, unknown>>;

/** Look at a host, remove the differences, and look again. In a check: look, and report the differences. */
export async function converge(
  type: AnyTaskType,
  params: unknown,
  context: TaskContext,
  target: Target,
): Promise<Converged> {
  const startedAt = context.now;
  const ready = await lookUntilReady(type, params, context, target);
  if ('ended' in ready) return ready.ended;
  const { looked, plan } = ready;
  if ('unknown' in plan) return { status: 'unknown', message: plan.unknown, assuming: looked.basis.assuming };
  const { unless } = looked.basis;
  if ('failed' in plan) return { ...failed(plan.failed, [], plan.result ?? {}), would: plan.would, unless };
  if (plan.skipped !== undefined)
    return { status: 'skipped', message: plan.skipped, result: plan.result ?? {}, unless };

  const { changes, warnings = [] } = plan;
  const done = { params, before: looked.state, startedAt, context };
  const finish: Finish = (state, replies, changes) => ({
    ...(plan as { result?: TaskResult }).result,
    ...type.result?.({ ...done, changes, state, replies, endedAt: new Date() }),
  });
  if (changes.length === 0) return settled('ok', [], finish(looked.state, [], []), looked.basis, warnings);
  if (context.check) {
    const why = unwritable(changes, looked.state);
    if (why !== undefined) return { ...failed(why, [], {}), would: [], unless };
    target.foresee(changes, plan.more === true);
    // Only a type that has a `result` and does not act computes its result from the state afterwards.
    const then = type.acts === true || type.result === undefined ? undefined : target.afterwards?.(changes);
    const finished = (state: State): TaskResult => finish(state, [], changes);
    if (then === undefined) return told(changes, finished(looked.state), looked.basis, warnings);
    const afterwards = resultAfterwards(type, { params, context, now: looked.state }, then, finished);
    if (target.blind !== true) return told(changes, afterwards, looked.basis, warnings);
    const now = finished(looked.state);
    const { diff = now['diff'] } = afterwards;
    return told(changes, { ...now, ...(diff !== undefined && { diff }) }, looked.basis, warnings);
  }
  return apply({ type, params, context, target, warnings, finish }, looked, plan, { changes: [], replies: [] });
}

/** A state, and the plan derived from it, once there is nothing to wait for. */
interface Ready {
  readonly looked: Looked;
  readonly plan: Exclude<Plan, { wait: unknown }>;
}

/** Look, and as long as the type waits for something, look again. */
async function lookUntilReady(
  type: AnyTaskType,
  params: unknown,
  context: TaskContext,
  target: Target,
): Promise<Ready | { ended: Converged }> {
  let since = Date.now();
  let phase: string | undefined;
  for (;;) {
    const looked = await look(type, params, context, target);
    if ('ended' in looked) return looked;
    const plan = planned(type, looked, params, context.done === undefined ? context : { ...context, now: new Date() });
    if (!('wait' in plan)) return { looked, plan };
    const { wait } = plan;
    // A check does not wait: it reports what is not there yet.
    if (context.check)
      return { ended: { ...failed(wait.failed, [], wait.result ?? {}), would: [], unless: looked.basis.unless } };
    const now = Date.now();
    if (wait.phase !== phase) [phase, since] = [wait.phase, now];
    const leftMs = since + wait.deadlineMs - now;
    if (leftMs <= 0)
      return {
        ended: failed(wait.failed, [], { ...wait.result, elapsed: Math.floor((now - context.now.getTime()) / 1000) }),
      };
    await target.wait(Math.min(wait.againMs, leftMs), looked.questions, wait.shown);
  }
}

type Finish = (state: State, replies: readonly Reply[], changes: readonly Change[]) => TaskResult;

/** A task whose changes are being made. */
interface Applied {
  readonly type: AnyTaskType;
  readonly params: unknown;
  readonly context: TaskContext;
  readonly target: Target;
  readonly warnings: readonly string[];
  readonly finish: Finish;
}

/** The changes made before the current ones, if the plan had to be redone after some of them. */
interface Earlier {
  readonly changes: readonly Change[];
  readonly replies: readonly Reply[];
  /** Whether the connection was lost meanwhile. */
  readonly lost?: boolean;
}

interface Looked {
  readonly state: State;
  readonly questions: readonly AnyQuestion<unknown>[];
  readonly basis: Basis;
}

/** In a check: the tasks that the findings are based on, and those that may invalidate them. */
interface Basis {
  readonly assuming: readonly string[];
  readonly unless: readonly string[];
}

const solid: Basis = { assuming: [], unless: [] };

const both = (one: Basis, other: Basis): Basis => ({
  assuming: [...new Set([...one.assuming, ...other.assuming])],
  unless: [...new Set([...one.unless, ...other.unless])],
});

async function look(
  type: AnyTaskType,
  params: unknown,
  context: TaskContext,
  target: Target,
): Promise<Looked | { ended: Converged }> {
  const first = type.ask?.(params, context) ?? {};
  const one = await answered(first, target);
  if ('ended' in one) return one;
  const second: Questions = type.thenAsk?.(one.state, params, context) ?? {};
  const two = await answered(second, target);
  if ('ended' in two) return two;
  return {
    state: { ...one.state, ...two.state },
    questions: [...Object.values(first), ...Object.values(second)] as AnyQuestion<unknown>[],
    basis: both(one.basis, two.basis),
  };
}

async function answered(
  questions: Questions,
  target: Target,
): Promise<{ state: State; basis: Basis } | { ended: Converged }> {
  const list = Object.values(questions);
  if (list.length === 0) return { state: {}, basis: solid };
  const asked = await target.ask(list);
  if (!asked.ok && asked.failure.reason === 'late')
    return { ended: failed(`took too long: ${asked.failure.message}`, [], {}) };
  if (!asked.ok) return { ended: { status: 'unreachable', failure: asked.failure } };
  const state: Record<string, unknown> = {};
  let basis = solid;
  for (const [name, question] of Object.entries(questions)) {
    const { key } = question;
    const belief = asked.beliefs.get(key);
    if (belief === undefined) return { ended: failed(`no answer to ${key}`, [], {}) };
    if (belief.is === 'unknown')
      return { ended: { status: 'unknown', message: dependsOn(belief.because), assuming: [belief.because] } };
    const { answer, assuming, unless = [] } = belief;
    const isOptional = 'optional' in question && question.optional === true;
    if (!answer.ok && !isOptional) return { ended: { ...failed(answer.why, [], {}), unless } };
    basis = both(basis, { assuming: assuming === undefined ? [] : [assuming], unless });
    state[name] = answer.ok ? answer.value : undefined;
  }
  return { state, basis };
}

const planned = (type: AnyTaskType, looked: Looked, params: unknown, context: TaskContext): Plan =>
  type.plan(looked.state, params, context);

async function apply(
  task: Applied,
  looked: Looked,
  plan: Extract<Plan, { changes: unknown }>,
  earlier: Earlier,
): Promise<Converged> {
  const { type, params, context, target, warnings, finish } = task;
  const commands = plan.changes.flatMap((change) => change.commands);
  const cheap = looked.questions.filter((question) => !isCostly(question));
  const acted = await target.act(commands, plan.changes, cheap);
  if (!acted.ok && acted.failure.reason !== 'lost') return { status: 'unreachable', failure: acted.failure };
  const changes = [...earlier.changes, ...plan.changes];
  const replies = [...earlier.replies, ...(acted.ok ? acted.replies : [])];
  if (type.acts === true) {
    // Nothing reveals afterwards whether the command ran to its end, so do not guess the outcome.
    if (!acted.ok) return { status: 'unreachable', failure: acted.failure };
    const result = finish(looked.state, replies, changes);
    if (result['failed'] === true) return failed(String(result['msg'] ?? 'failed'), changes, result, true);
    return settled('changed', changes, result, solid, warnings);
  }
  const wrong = firstFailure(commands, acted.ok ? acted.replies : []);
  if (wrong !== undefined) return failed(wrong.message, changes, { ...wrong.result }, replies.length > 1);
  const done = { before: looked.state, at: new Date() };
  const ready = await lookUntilReady(type, params, { ...context, done }, target);
  if ('ended' in ready)
    return ready.ended.status === 'failed' ? { ...ready.ended, changes, didChange: true } : ready.ended;
  const { looked: again, plan: left } = ready;
  const remains = remaining(left);
  if ('failed' in left) return failed(left.failed, changes, left.result ?? {}, true);
  if (remains.length > 0 && type.reached?.(looked.state, again.state, params) === true)
    return told(changes, finish(again.state, replies, changes), solid, warnings);
  // After a lost connection, try what remains once more.
  const goesOn = plan.more === true || (!acted.ok && earlier.lost !== true);
  if ('changes' in left && remains.length > 0 && goesOn)
    return apply(
      task,
      again,
      { ...left, changes: remains },
      { changes: acted.ok ? changes : earlier.changes, replies, lost: !acted.ok },
    );
  if (!('changes' in left) || remains.length > 0) return failed(notConverged(remains), changes, {}, true);
  return told(changes, finish(again.state, replies, changes), solid, warnings);
}

const remaining = (plan: Plan): readonly Change[] =>
  'changes' in plan ? plan.changes.filter((change) => change.repeats !== true) : [];

const notConverged = (remains: readonly Change[]): string =>
  `did not converge: still differs after the change: ${remains.map((change) => changeText(change)).join(', ')}`;

/** How a state differs from what the parameters require; undefined if it does not. */
export function whyNotConverged(
  type: AnyTaskType,
  state: State,
  params: unknown,
  context: TaskContext,
): string | undefined {
  const plan = type.plan(state, params, context);
  if ('failed' in plan) return plan.failed;
  const remains = remaining(plan);
  return remains.length > 0 ? notConverged(remains) : undefined;
}

/** Changed, if more than preparatory changes were made. */
function told(changes: readonly Change[], result: TaskResult, basis: Basis, warnings: readonly string[]): Converged {
  const ends = changes.filter((change) => change.means !== true);
  return settled(ends.length > 0 ? 'changed' : 'ok', ends, result, basis, warnings);
}

const failed = (
  message: string,
  changes: readonly Change[],
  result: TaskResult,
  didChange = false,
): Extract<Converged, { status: 'failed' }> => ({
  status: 'failed',
  message,
  changes,
  result: { msg: message, ...result },
  didChange,
});

const settled = (
  status: 'ok' | 'changed',
  changes: readonly Change[],
  result: TaskResult,
  basis: Basis,
  warnings: readonly string[],
): Converged => ({
  status,
  changes,
  result,
  ...basis,
  warnings,
});
