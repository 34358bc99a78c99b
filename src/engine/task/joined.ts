import type { Change, Effect } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import { type AnyQuestion, hidden, isAskedInTurn, isWait } from '../../core/question.ts';
import type { Reply, SessionFailure } from '../../core/session.ts';
import { Template } from '../../core/value.ts';
import type { VarsLayer } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { TemplateError } from '../../template/index.ts';
import type { Belief } from '../host/beliefs.ts';
import type { Acted, Target } from '../host/converge.ts';
import type { ActStep } from '../host/host-link.ts';
import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { type BoundTask, bindTask } from './bind-task.ts';
import { itemSight, type LoopItem } from './loop.ts';
import type { JoinedItem, TaskRun } from './task-run.ts';

type Answers = JoinedItem['before'];

/** The most items of a round. */
const MOST = 200;

/** Whether the items of a loop may be changed together: nothing happens between them that could decide about the next. */
export const mayJoin = ({ play, state, task }: TaskRun): boolean =>
  !play.run.options.check &&
  // A guard looks at the commands of one item at a time.
  play.run.options.planning?.guard === undefined &&
  [task.until, task.retries, task.async, task.loop?.pause, task.loop?.breakWhen].every((one) => one === undefined) &&
  [task.keywords.delegateTo, task.keywords.timeout].every((one) => one === undefined) &&
  !task.notify.some(({ value }) => value instanceof Template) &&
  state.link.goingOn.size === 0;

/**
 * Make the changes of the next items of a loop in one round. Each is planned on what its predecessors are predicted to
 * leave, and looked at right after its own change; the first failure ends the round, and what is not in the result
 * takes its turn as usual. Empty if less than two of them change something, or if not all of it can be predicted.
 */
export async function joinItems(run: TaskRun, items: readonly LoopItem[]): Promise<ReadonlyMap<LoopItem, JoinedItem>> {
  const calls = await callsOf(run, items.slice(0, MOST));
  const [first] = calls;
  if (first === undefined || !(await askAll(run, first.call, calls))) return none;
  const { link, identity, censored } = first.call;
  const steps = plannedSteps(first.call, calls);
  const last = steps.findLastIndex(({ commands }) => commands.length > 0);
  if (steps.filter(({ commands }) => commands.length > 0).length < 2) return none;
  const made: (JoinedStep & ActStep)[] = [];
  for (const step of steps.slice(0, last + 1)) {
    const { call, changes } = step;
    made.push({ ...step, before: changes.length === 0 ? [] : await run.beforeChange(changes, call.identity) });
  }
  const { emit } = run.play.run;
  const done = await link.actInSteps(identity, made, {
    onOutput: (stream, text) => emit({ kind: 'output', task: run.ref, host: run.state.host.name, stream, text }),
    ahead: run.ahead,
    censored,
  });
  const joined = new Map<LoopItem, JoinedItem>();
  for (const [index, { item, call, expected, commands }] of made.entries()) {
    const step = done.ok ? done.steps[index] : undefined;
    if (step !== undefined && !hasEnded(step.replies, commands)) break;
    const after = new Map([...(step?.answers ?? [])].map(([key, answer]) => [key, { is: 'answer', answer } as const]));
    const acted: Acted =
      step === undefined ? { ok: false, failure: failureOf(done) } : { ok: true, replies: step.replies };
    joined.set(item, { call, before: commands.length > 0 ? expected : after, acted, after });
  }
  return joined;
}

/** Whether all commands of a step have ended, or one of them has failed. */
const hasEnded = (replies: readonly Reply[], commands: readonly Command[]): boolean =>
  replies.some(({ code, skipped }) => code !== 0 && skipped !== true) ||
  (replies.length >= commands.length && replies.every(({ skipped }) => skipped !== true));

const none: ReadonlyMap<LoopItem, JoinedItem> = new Map();

const failureOf = (done: { readonly ok: boolean; readonly failure?: SessionFailure }): SessionFailure =>
  done.failure ?? { reason: 'lost', message: 'the connection ended' };

/** A host as an item sees it whose change has been made together with those of others. */
export function joinedTarget(target: Target, { before, acted, after }: JoinedItem): Target {
  let answers: Answers | undefined = before;
  return {
    ...target,
    ask(questions) {
      const known = questions.flatMap(({ key }) => {
        const belief = answers?.get(key);
        return belief === undefined ? [] : [[key, belief] as const];
      });
      return known.length === questions.length
        ? Promise.resolve({ ok: true, beliefs: new Map(known) })
        : target.ask(questions);
    },
    act(commands, changes, questions) {
      if (answers !== before || commands.length === 0) return target.act(commands, changes, questions);
      // What is asked after a lost connection is asked anew.
      answers = acted.ok ? after : undefined;
      return Promise.resolve(acted);
    },
  };
}

interface Call {
  readonly item: LoopItem;
  readonly call: BoundTask;
  /** Its first questions, by name. */
  readonly first: Named;
}

type Named = readonly (readonly [name: string, question: AnyQuestion<unknown>])[];

/** The calls of the items, up to the first that cannot be made together with the others. */
async function callsOf(run: TaskRun, items: readonly LoopItem[]): Promise<readonly Call[]> {
  const { play, state, task } = run;
  const calls: Call[] = [];
  const pending = (name: string) => entryNotKnownYet(new NotKnownYet('pending', state.host.name, name));
  const unregistered: VarsLayer = {
    level: LEVELS.set,
    from: 'items to come',
    vars: new Map([...registeredNames(task), '_task'].map((name) => [name, pending(name)])),
  };
  try {
    for (const item of items) {
      const sight = itemSight(play, state, task, item, [...run.layers, unregistered]);
      const computed = await bindTask(play, state, task, sight, true);
      if (computed.kind === 'skipped') continue;
      if (computed.kind !== 'call' || !isJoinable(computed.call, calls[0]?.call)) break;
      calls.push({ item, call: computed.call, first: firstQuestions(computed.call) });
    }
  } catch (error) {
    if (!(error instanceof NotKnownYet || error instanceof TemplateError)) throw error;
  }
  return calls;
}

const isJoinable = ({ type, context, link, identity, censored }: BoundTask, first: BoundTask | undefined): boolean =>
  type.acts !== true &&
  type.controllerOnly !== true &&
  type.awaitsHost !== true &&
  type.asksAnew !== true &&
  !context.check &&
  (first === undefined || (first.link === link && first.identity.key === identity.key && first.censored === censored));

const firstQuestions = ({ type, params, context }: BoundTask): Named =>
  Object.entries((type.ask?.(params as never, context) ?? {}) as Readonly<Record<string, AnyQuestion<unknown>>>);

/** Ask what is not known yet of all items: in one round, and in another what depends on its answers. */
async function askAll({ ahead }: TaskRun, { link, identity }: BoundTask, calls: readonly Call[]): Promise<boolean> {
  const ask = (questions: readonly AnyQuestion<unknown>[]) => link.ask(identity, questions, ahead);
  const one = await ask(calls.flatMap(({ call, first }) => askable(call, first)));
  if (!one.ok) return false;
  const now = (question: AnyQuestion<unknown>) => one.beliefs.get(question.key);
  const two = await ask(calls.flatMap((each) => askable(each.call, secondQuestions(each, now) ?? [])));
  return two.ok;
}

/** The questions that may be asked long before their turn. */
const askable = ({ censored }: BoundTask, named: Named): readonly AnyQuestion<unknown>[] =>
  named.flatMap(([, question]) => (isNow(question) ? [censored ? hidden(question) : question] : []));

/** Whether a question may be asked long before its turn. */
const isNow = (question: AnyQuestion<unknown>): boolean =>
  !isAskedInTurn(question) && !isWait(question) && !('controller' in question) && question.host === undefined;

type Believed = (question: AnyQuestion<unknown>) => Belief | undefined;

/** What an item finds, if that is certain. */
function stateOf(
  named: Named,
  believed: Believed,
): { readonly state: Readonly<Record<string, unknown>>; readonly answers: Answers } | undefined {
  const state: Record<string, unknown> = {};
  const answers = new Map<string, Belief>();
  for (const [name, question] of named) {
    const belief = isNow(question) ? believed(question) : undefined;
    if (belief?.is !== 'answer' || !belief.answer.ok || belief.unless !== undefined) return undefined;
    state[name] = belief.answer.value;
    answers.set(question.key, { is: 'answer', answer: belief.answer });
  }
  return { state, answers };
}

/** The questions that depend on the answers to the first; undefined if those are not certain. */
function secondQuestions({ call, first }: Call, believed: Believed): Named | undefined {
  const { type, params, context } = call;
  const found = stateOf(first, believed);
  if (found === undefined) return undefined;
  const second = type.thenAsk?.(found.state as never, params as never, context) ?? {};
  return Object.entries(second as Readonly<Record<string, AnyQuestion<unknown>>>);
}

/** An item's change, planned on what its predecessors are predicted to leave. */
interface JoinedStep extends Call, Omit<ActStep, 'before'> {
  readonly expected: Answers;
  readonly changes: readonly Change[];
}

function plannedSteps({ link, identity }: BoundTask, calls: readonly Call[]): readonly JoinedStep[] {
  const steps: JoinedStep[] = [];
  const effects: (readonly Effect[] | undefined)[] = [];
  let believed: Believed = link.beliefs.afterwards(effects, identity.key);
  for (const each of calls) {
    const { call, first } = each;
    const { type, params, context } = call;
    const second = secondQuestions(each, believed);
    if (second === undefined) break;
    const found = stateOf([...first, ...second], believed);
    if (found === undefined) break;
    const plan = type.plan(found.state as never, params as never, context);
    if (!('changes' in plan) || plan.skipped !== undefined || plan.more === true) break;
    const commands = plan.changes.flatMap((change) => change.commands);
    if (!plan.changes.every(({ on }) => on === undefined) || !commands.every(isHere)) break;
    effects.push(...plan.changes.map((change) => change.effects));
    believed = link.beliefs.afterwards(effects, identity.key);
    const after = askable(call, [...first, ...second, ...(secondQuestions(each, believed) ?? [])]);
    steps.push({ ...each, expected: found.answers, changes: plan.changes, commands, after });
  }
  return steps;
}

/** Whether a command runs on the host itself, with nothing from another host. */
const isHere = ({ at, stdin }: Command): boolean =>
  at === undefined && (stdin === undefined || typeof stdin === 'string' || !('host' in stdin));
