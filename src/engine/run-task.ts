import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../core/change.ts';
import type { Command } from '../core/command.ts';
import type { Outcome, TaskRef } from '../core/event.ts';
import type { Task, VarsLayer } from '../core/model.ts';
import { fromJs, type Raw, toJs, type Value } from '../core/value.ts';
import { evaluate, TemplateError } from '../template/index.ts';
import { absorb, absorbUnknown } from './absorb.ts';
import { ended, inBackground, jobOf, starting } from './background.ts';
import { ansibleMessage, type Call, computeCall, firstFalse, keywordNumber, keywordTruth, placed } from './call.ts';
import { type Converged, converge, type Target } from './converge.ts';
import { learnFacts } from './facts.ts';
import type { Ahead, HostLink, Identity } from './host-link.ts';
import type { HostState } from './host-state.ts';
import { itemSight, type LoopItem, loopOf } from './loop.ts';
import { outcomeOf, unknownOutcome, unlessUnsettled, wouldRun } from './outcome.ts';
import type { PlayContext } from './play-context.ts';
import { layerOf, type Sight } from './scopes.ts';
import { createTarget } from './target.ts';
import { Touched, touching } from './touched.ts';
import { unrunResult } from './unrun-result.ts';

/** What running a task needs besides the task. */
interface TaskRun {
  readonly play: PlayContext;
  readonly state: HostState;
  readonly task: Task;
  readonly ref: TaskRef;
  readonly layers: readonly VarsLayer[];
  readonly ahead: () => Promise<readonly Ahead[]>;
  readonly beforeChange: (changes: readonly Change[], identity: Identity) => readonly Command[];
}

/** What a task did on a host: how it ended, and what `register` gets. */
export interface Ran {
  readonly outcome: Outcome;
  readonly delegatedTo?: string;
  readonly looped: boolean;
}

/** Run a task on one host, with its loop, retries and conditions. The result is registered; nothing else is decided here. */
export async function runTask(run: TaskRun): Promise<Ran> {
  const { play, state, task, ref } = run;
  const sight = play.scopes.of(state, task, run.layers);
  const ran = await settleTouched(run, sight, async () => {
    const items = loopOf(task, sight);
    if (items === undefined) return runOnce(run, sight);
    if (items.kind === 'failed')
      return { outcome: ignorable(failed(task, sight, items.message, items.msg), task, sight), looped: false };
    if (items.kind === 'skipped') return { outcome: skip(items.message, items.condition), looped: false };
    return runLoop(run, items.items, sight);
  });
  register(state, task, ran.outcome, ref.name);
  if (ran.outcome.status === 'unknown') absorbUnknown(play, state, task, ref.name);
  return ran;
}

/** Touching a fact gathers the facts; touching something unknown makes the outcome so. */
async function settleTouched(run: TaskRun, sight: Sight, act: () => Promise<Ran>): Promise<Ran> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof TemplateError)
        return {
          outcome: ignorable(failed(run.task, sight, placed(error), ansibleMessage(error)), run.task, sight),
          looped: false,
        };
      if (!(error instanceof Touched)) throw error;
      if (error.what === 'unknown') run.state.link.beliefs.unsettle(run.ref.name);
      if (error.what === 'unknown') return { outcome: unknownOutcome(error.because), looped: false };
      const failure_ = await satisfy(run, error);
      if (failure_ !== undefined) return { outcome: failure_, looped: false };
    }
  }
}

/** Ask for what was touched: facts, or a session so that its home is known. */
async function satisfy({ play, ahead }: TaskRun, { what, host }: Touched): Promise<Outcome | undefined> {
  const state = play.stateOf(host);
  if (state === undefined || what === 'pending') return failure(`a value of ${host} is not known yet`);
  const identity = play.mainIdentity(state);
  if (what === 'facts') {
    const learned = await learnFacts(play, state, identity, ahead);
    return learned === undefined
      ? undefined
      : {
          status: 'unreachable',
          changes: [],
          result: { unreachable: true, msg: learned.message },
          message: learned.message,
          failure: learned,
        };
  }
  const opened = await state.link.open(identity);
  return opened.ok
    ? undefined
    : {
        status: 'unreachable',
        changes: [],
        result: { unreachable: true, msg: opened.failure.message },
        message: opened.failure.message,
        failure: opened.failure,
      };
}

async function runLoop(run: TaskRun, items: readonly LoopItem[], sight: Sight): Promise<Ran> {
  const { play, state, task, ref } = run;
  const outcomes: Outcome[] = [];
  const pause = keywordNumber(
    task.loop?.pause === undefined ? undefined : { value: task.loop.pause, at: task.at },
    sight,
  );
  for (const item of items) {
    if (play.run.signal.aborted) break;
    const own = itemSight(play, state, task, item, run.layers);
    const ran = await settleTouched(run, own, () => runOnce(run, own, item));
    const result = {
      ...ran.outcome.result,
      [item.loopVar]: toJs(item.value),
      ansible_loop_var: item.loopVar,
      ...item.shown,
    };
    const outcome = { ...ran.outcome, result };
    outcomes.push(outcome);
    play.run.emit({
      kind: 'item-finished',
      play: play.play.id,
      task: ref,
      host: state.host.name,
      // Ansible's word for an item that is nobody's business.
      label: outcome.censored === true ? 'None' : labelOf(task, item, own),
      item: outcome.censored === true ? null : toJs(item.value),
      outcome: tellable(outcome),
      delegatedTo: ran.delegatedTo,
    });
    // A later item may look at what this one registered.
    if (outcome.status === 'unreachable') break;
    if (
      task.loop?.breakWhen !== undefined &&
      firstFalse(task.loop.breakWhen, withResult(play, run, item, task, result)) === undefined
    )
      break;
    if (pause !== undefined && item !== items.at(-1))
      await sleep(pause * 1000, undefined, { signal: play.run.signal }).catch(() => {});
  }
  return { outcome: together(outcomes, items.length), looped: true };
}

function labelOf(task: Task, item: LoopItem, sight: Sight): string {
  try {
    const label = task.loop?.label === undefined ? item.value : evaluate(task.loop.label, sight.scope, sight.env);
    return typeof label === 'string' ? label : String(evaluateText(label));
  } catch (error) {
    if (error instanceof TemplateError || error instanceof Touched) return String(item.index);
    throw error;
  }
}

const evaluateText = (value: Value): string =>
  typeof value === 'object' ? JSON.stringify(toJs(value)) : String(value);

const withResult = (
  play: PlayContext,
  run: TaskRun,
  item: LoopItem | undefined,
  task: Task,
  result: Readonly<Record<string, unknown>>,
): Sight => {
  const layers =
    task.register === undefined
      ? run.layers
      : [...run.layers, layerOf(19, 'this task', { [task.register]: fromJs(result) })];
  return item === undefined ? play.scopes.of(run.state, task, layers) : itemSight(play, run.state, task, item, layers);
};

/** One item, or a task without a loop: until it succeeds, where it says `until`. */
async function runOnce(run: TaskRun, sight: Sight, item?: LoopItem): Promise<Ran> {
  const { play, state, task, ref } = run;
  const retries =
    task.until === undefined && task.retries === undefined ? 0 : (keywordNumber(task.retries, sight) ?? 3);
  const delay = keywordNumber(task.delay, sight) ?? 5;
  for (let attempt = 1; ; attempt++) {
    const ran = await attemptOnce(run, sight, item);
    const { outcome } = ran;
    if (
      (task.until === undefined && task.retries === undefined) ||
      ['skipped', 'unreachable', 'unknown'].includes(outcome.status)
    )
      return ran;
    const result = { ...outcome.result, attempts: attempt };
    const done = task.until === undefined ? outcome.status !== 'failed' : holdsUntil(run, task, item, result);
    if (done === 'unknown') return { ...ran, outcome: { ...unknownOutcome(ref.name), result: {} } };
    if (done) return { ...ran, outcome: { ...outcome, result } };
    if (attempt > retries || play.run.signal.aborted) {
      if (task.until === undefined) return { ...ran, outcome: { ...outcome, result } };
      return {
        ...ran,
        outcome: {
          ...outcome,
          status: 'failed',
          message: outcome.message ?? `still not so after ${attempt} attempts`,
          result: { ...result, failed: true, attempts: attempt - 1 },
        },
      };
    }
    play.run.emit({
      kind: 'retrying',
      play: play.play.id,
      task: ref,
      host: state.host.name,
      left: retries - attempt + 1,
      outcome: tellable(outcome),
    });
    await sleep(delay * 1000, undefined, { signal: play.run.signal }).catch(() => {});
    state.link.beliefs.forget();
  }
}

function holdsUntil(
  run: TaskRun,
  task: Task,
  item: LoopItem | undefined,
  result: Readonly<Record<string, unknown>>,
): boolean | 'unknown' {
  try {
    return firstFalse(task.until!, withResult(run.play, run, item, task, result)) === undefined;
  } catch (error) {
    if (error instanceof Touched && error.what === 'unknown') return 'unknown';
    throw error;
  }
}

async function attemptOnce(run: TaskRun, sight: Sight, item: LoopItem | undefined): Promise<Ran> {
  const { play, state, task } = run;
  const computed = await computeCall(play, state, task, sight, false);
  if (computed.kind === 'skipped')
    return { outcome: { ...skip(computed.message, computed.condition), censored: computed.censored }, looped: false };
  if (computed.kind === 'failed')
    return {
      outcome: ignorable({ ...failure(computed.message, computed.msg), censored: computed.censored }, task, sight),
      looped: false,
    };
  const { call } = computed;
  const converged = await convergeOrStart(run, call, sight);
  const judged = outcomeOf(converged, call, (result) => withResult(play, run, item, task, result), task);
  const outcome = call.context.check ? unlessUnsettled(judged, call) : judged;
  if (outcome.status === 'unknown') call.link.beliefs.unsettle(run.ref.name);
  absorb(play, state, task, sight, call, outcome);
  const grown = outcome.status === 'ok' && play.inventory.absorb(outcome.result, state.host.name);
  const result = withoutPrivate(outcome.result);
  const shown = outcome.result['_ansible_verbose_always'] === true ? true : undefined;
  const told: Outcome = grown
    ? { ...outcome, status: 'changed', result: { ...result, changed: true } }
    : { ...outcome, result, shown };
  return { outcome: ignorable(told, task, sight), delegatedTo: call.delegatedTo, looped: false };
}

/** With `async` and `poll: 0` the commands are only started, so there is nothing to look at afterwards. */
async function convergeOrStart(run: TaskRun, call: Call, sight: Sight): Promise<Converged> {
  const { type, params, context, link } = call;
  const target = targetOf(run, call);
  const job = jobOf(run.task, call, sight, run.play.run.options.asyncDir);
  if (job !== undefined) {
    const kept = starting(type, job, (started) => {
      link.jobs.set(job.file, started);
      if (started.over === undefined) link.goingOn.add(job.file);
    });
    return converge(kept, params, context, inBackground(target, job));
  }
  if (link.goingOn.size > 0) link.beliefs.forget();
  const converged = await converge(type, params, context, type.asksAnew === true ? anew(target, link) : target);
  if (type.asksAnew === true && 'result' in converged && converged.result['finished'] === 1)
    link.goingOn.delete(String(converged.result['results_file']));
  return run.task.async === undefined ? converged : ended(converged);
}

/** A target of which nothing is believed that was asked before. */
const anew = (target: Target, { beliefs }: HostLink): Target => ({
  ...target,
  ask(questions) {
    beliefs.forget();
    return target.ask(questions);
  },
});

function targetOf(run: TaskRun, { link, identity, timeoutMs, delegatedTo, censored, ansible }: Call) {
  const { play, state, ref } = run;
  const { emit, signal } = play.run;
  return createTarget({
    link,
    identity,
    label: ref.name,
    signal,
    ahead: run.ahead,
    beforeChange: delegatedTo === undefined ? (changes) => run.beforeChange(changes, identity) : undefined,
    onOutput: (stream, text) => emit({ kind: 'output', task: ref, host: state.host.name, stream, text }),
    onWait: (shown) => emit({ kind: 'host-busy', host: state.host.name, doing: 'waiting', about: shown }),
    deadlineMs: timeoutMs,
    blind: ansible,
    censored,
  });
}

/** What a result tells the engine alone. */
const withoutPrivate = (result: Outcome['result']): Outcome['result'] =>
  Object.fromEntries(Object.entries(result).filter(([key]) => !key.startsWith('_ansible_')));

function ignorable(outcome: Outcome, task: Task, sight: Sight): Outcome {
  if (outcome.status === 'failed' && keywordTruth(task.keywords.ignoreErrors, sight) === true)
    return { ...outcome, ignored: true };
  if (outcome.status === 'unreachable' && keywordTruth(task.keywords.ignoreUnreachable, sight) === true)
    return { ...outcome, ignored: true };
  return outcome;
}

const failure = (message: string, msg = message): Outcome => ({
  status: 'failed',
  changes: [],
  message,
  result: { failed: true, changed: false, msg },
});

/** A task that failed before it could be computed: what it says may hold the values that `no_log` hides. */
const failed = (task: Task, sight: Sight, message: string, msg: string | undefined): Outcome => ({
  ...failure(message, msg),
  censored: isCensored(task, sight) ? true : undefined,
});

/** Whether a task is under `no_log`; one that cannot be computed hides, to be safe. */
function isCensored({ keywords }: Task, sight: Sight): boolean {
  try {
    return keywordTruth(keywords.noLog, sight) === true;
  } catch (error) {
    if (error instanceof Touched || error instanceof TemplateError) return true;
    throw error;
  }
}

const skip = (message: string, condition?: string): Outcome => ({
  status: 'skipped',
  changes: [],
  message: condition === undefined ? message : `${message}: ${condition}`,
  result: {
    changed: false,
    skipped: true,
    skip_reason: message,
    ...(condition === undefined ? {} : { false_condition: condition }),
  },
});

/** The outcome of a loop out of those of its items, as Ansible sums up. */
function together(outcomes: readonly Outcome[], wanted: number): Outcome {
  const some = (status: Outcome['status'], but?: (outcome: Outcome) => boolean) =>
    outcomes.some((one) => one.status === status && but?.(one) !== true);
  const failed = outcomes.filter((one) => one.status === 'failed');
  const status: Outcome['status'] = some('unreachable')
    ? 'unreachable'
    : failed.length > 0
      ? 'failed'
      : some('unknown')
        ? 'unknown'
        : some('changed')
          ? 'changed'
          : outcomes.length > 0 && outcomes.every((one) => one.status === 'skipped')
            ? 'skipped'
            : wanted === 0
              ? 'skipped'
              : 'ok';
  const msg =
    wanted === 0
      ? 'No items in the list'
      : failed.length > 0
        ? 'One or more items failed'
        : status === 'skipped'
          ? 'All items skipped'
          : 'All items completed';
  return {
    status,
    changes: outcomes.flatMap((one) => one.changes),
    message:
      failed[0]?.message === undefined
        ? status === 'unknown'
          ? outcomes.find((one) => one.status === 'unknown')?.message
          : status === 'skipped'
            ? msg
            : undefined
        : msg,
    ignored: failed.length > 0 && failed.every((one) => one.ignored === true) ? true : undefined,
    censored: outcomes.some((one) => one.censored === true) ? true : undefined,
    assuming: [...new Set(outcomes.flatMap((one) => one.assuming ?? []))],
    failure: outcomes.find((one) => one.failure !== undefined)?.failure,
    result: {
      results: outcomes.map((one) => one.result),
      msg,
      changed: outcomes.some((one) => one.result['changed'] === true),
      ...(failed.length > 0 ? { failed: true } : {}),
      skipped: status === 'skipped',
      ...(status === 'skipped' && wanted === 0 ? { skipped_reason: msg } : {}),
    },
  };
}

/** What reporters may see of an outcome. */
export const tellable = (outcome: Outcome): Outcome =>
  outcome.censored === true
    ? { ...outcome, changes: [], message: undefined, warnings: [], result: censoredResult(outcome) }
    : outcome;

const censoredResult = ({ result }: Outcome) => ({
  censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
  changed: result['changed'] === true,
  ...(result['failed'] === true ? { failed: true } : {}),
});

function register(state: HostState, task: Task, outcome: Outcome, name: string): void {
  if (task.register === undefined) return;
  if (outcome.status === 'unknown')
    state.set.set(task.register, touching(new Touched('unknown', state.host.name, outcome.assuming?.[0] ?? name)));
  else if (outcome.result['skipped'] === true && outcome.result['msg'] === wouldRun)
    state.set.set(task.register, {
      value: unrunResult(outcome.result, new Touched('unknown', state.host.name, name)) as Raw,
    });
  else state.set.set(task.register, { value: fromJs(outcome.result) as Raw });
}
