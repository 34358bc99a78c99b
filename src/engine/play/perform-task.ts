import type { Outcome, TaskRef } from '../../core/event.ts';
import { toJs } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { asTold, countedAs } from '../host/as-told.ts';
import { dependsOn } from '../host/depends-on.ts';
import { eachLimited } from '../host/each-limited.ts';
import { type Computation, retryWhenKnown } from '../task/retry-when-known.ts';
import type { Ran, TaskRun } from '../task/task-run.ts';
import { placed } from '../variables/error-text.ts';
import { isNever, keywordTruth, keywordValue } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { aheadOf } from './ahead-of.ts';
import type { BatchRun } from './batch-run.ts';
import { beforeChange } from './before-change.ts';
import { endAll } from './end-all.ts';
import { notifiedHandlers } from './notified.ts';
import type { Perhaps, PlayHost } from './play-host.ts';
import { failWith, recordOutcome } from './record-outcome.ts';
import { runDebugged } from './run-debugged.ts';
import { refOf } from './task-ref.ts';

/**
 * Run a task or handler on hosts, reported as one task; a host that fails drops out or is rescued. In a check,
 * `because` is the task that may have notified a handler: the handler's outcome is then unknown.
 */
export async function performTask(
  performing: BatchRun,
  hosts: readonly PlayHost[],
  task: Task,
  handler: boolean,
  because?: string,
): Promise<void> {
  const { play } = performing;
  const first = hosts[0];
  if (first === undefined) return;
  const sight = play.scopes.of(first.state, task, first.exported);
  const bypasses = typeof task.type === 'string' && play.run.loadedType(task.type)?.oncePerPlay === true;
  const spread: Computation<typeof noSpread> =
    because === undefined
      ? await retryWhenKnown({ play, state: first.state }, () => spreadOf(task, sight))
      : { is: 'unknown', because };
  const { runOnce, throttle, anyErrorsFatal } = spread.is === 'value' ? spread.value : noSpread;
  const once = bypasses || runOnce;
  const acting = once ? [first] : hosts;
  const outcomes: Outcome[] = [];
  const { falls } = first;
  await eachLimited(acting, play.run.options.forks, async (host) => {
    const act = () => runOnHost(performing, host, task, handler, spread.is === 'value' ? undefined : spread);
    const ran = throttle > 0 ? await performing.throttle.within(task, throttle, act) : await act();
    outcomes.push(ran.outcome);
    if (!once) return;
    for (const other of performing.hosts)
      if (other !== host && !other.out) shareOutcome(host, other, task, ran.outcome);
  });
  // If a task that runs once for all hosts fails, it fails for all of them.
  if (once && outcomes.some(isBad) && (first.out || first.falls > falls))
    for (const other of hosts) if (other !== first && !other.out) failWith(other, first);
  const fatal = once || play.run.options.anyErrorsFatal || anyErrorsFatal;
  // A failure that a rescue or always catches is not fatal.
  if (fatal && acting.some(({ out, state }) => out && (state.failed || state.unreachable))) endAll(performing);
}

/** How to distribute a task over the hosts, computed once for all of them before any of them starts. */
const spreadOf = ({ keywords }: Task, sight: TemplateScope) => ({
  runOnce: keywordTruth(keywords.runOnce, sight) === true,
  throttle: Number(toJs(keywordValue(keywords.throttle, sight) ?? 0)),
  anyErrorsFatal: keywordTruth(keywords.anyErrorsFatal, sight) === true,
});
const noSpread: ReturnType<typeof spreadOf> = { runOnce: false, throttle: 0, anyErrorsFatal: false };

const isBad = ({ status, ignored }: Outcome): boolean =>
  ignored !== true && (status === 'failed' || status === 'unreachable');

async function runOnHost(
  performing: BatchRun,
  host: PlayHost,
  task: Task,
  handler: boolean,
  uncomputed: Exclude<Computation<unknown>, { is: 'value' }> | undefined,
): Promise<Ran> {
  const { play } = performing;
  const { emit } = play.run;
  const ref = refOf(play, task, host, handler);
  host.looked.add(task.id);
  const startedAt = performance.now();
  emit({ kind: 'task-started', play: play.definition.id, task: ref, host: host.name });
  const run: TaskRun = {
    play,
    state: host.state,
    task,
    ref,
    layers: host.exported,
    ahead: (isAsking) => aheadOf(performing, host, task, isAsking),
    beforeChange: (changes, identity) => beforeChange(performing, host, task, changes, identity),
  };
  const tell = (ran: Ran, outcome = ran.outcome): void =>
    emit({
      kind: 'task-finished',
      play: play.definition.id,
      task: ref,
      host: host.name,
      outcome: asTold(outcome),
      tookMs: performance.now() - startedAt,
      delegatedTo: ran.delegatedTo,
      looped: ran.looped === true,
    });
  const { ran, isTold } = await runDebugged(performing, run, uncomputed, tell);
  const outcome =
    ran.outcome.status === 'changed' ? await notify(performing, host, task, ref, ran.outcome) : ran.outcome;
  if (outcome.status !== 'changed' && countedAs(outcome) === 'unless')
    await notifyPerhaps(performing, host, task, { is: 'unless', because: ref.name });
  else if (outcome.status === 'unknown')
    await notifyPerhaps(performing, host, task, { is: 'unknown', because: ref.name });
  if (!isTold || outcome !== ran.outcome) tell(ran, outcome);
  recordOutcome(play, host, task, outcome);
  const { status } = outcome;
  if (task.role?.instance !== undefined && status !== 'skipped' && status !== 'unreachable')
    host.startedRoles.add(task.role.instance);
  return { ...ran, outcome };
}

function shareOutcome(from: PlayHost, to: PlayHost, task: Task, outcome: Outcome): void {
  for (const name of registeredNames(task)) {
    const value = from.state.set.get(name);
    if (value !== undefined) to.state.set.set(name, value);
  }
  if (outcome.status !== 'ok' && outcome.status !== 'changed') return;
  for (const [name, entry] of from.state.set)
    if (outcome.result['ansible_facts'] !== undefined && name in (outcome.result['ansible_facts'] as object))
      to.state.set.set(name, entry);
}

/**
 * In a check: these handlers may be due. Names that cannot be computed are reported only by a task that certainly
 * notifies.
 */
async function notifyPerhaps(performing: BatchRun, host: PlayHost, task: Task, perhaps: Perhaps): Promise<void> {
  if (isNever(task.changedWhen)) return;
  const notified = await notifiedHandlers(performing, host, task);
  if (notified.is !== 'value') return;
  for (const { id } of notified.value.flatMap(({ handlers }) => handlers)) {
    const known = host.perhapsDue.get(id);
    if (known === undefined || (known.is === 'unless' && perhaps.is === 'unknown')) host.perhapsDue.set(id, perhaps);
  }
}

/** Make the notified handlers due. A task that notifies an undefined handler has failed. */
async function notify(
  performing: BatchRun,
  host: PlayHost,
  task: Task,
  ref: TaskRef,
  outcome: Outcome,
): Promise<Outcome> {
  const { play } = performing;
  const failed = (message: string): Outcome => ({
    ...outcome,
    status: 'failed',
    message,
    result: { ...outcome.result, failed: true, msg: message },
  });
  const notified = await notifiedHandlers(performing, host, task);
  if (notified.is === 'mistaken') return failed(placed(notified.error));
  if (notified.is === 'unreachable') return failed(notified.failure.message);
  if (notified.is === 'unknown') {
    // Any handler may be due, and may do anything.
    host.state.link.beliefs.foresee(ref.name, undefined);
    const message = `which handlers it notifies ${dependsOn(notified.because)}`;
    return { ...outcome, message, assuming: [...(outcome.assuming ?? []), notified.because] };
  }
  for (const { name, handlers } of notified.value) {
    if (handlers.length === 0) {
      const missing = `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`;
      if (play.run.options.missingHandler === 'error') performing.stop = { error: missing };
      if (play.run.options.missingHandler !== 'warning') return failed(missing);
      play.run.emit({
        kind: 'warning',
        diagnostic: { severity: 'warning', code: 'missing-handler', message: missing },
      });
    }
    for (const handler of handlers) {
      if (countedAs(outcome) !== 'unless') host.dueUnless.delete(handler.id);
      else if (!host.due.has(handler.id)) host.dueUnless.set(handler.id, outcome.unless ?? []);
      host.due.add(handler.id);
      play.run.emit({ kind: 'notified', task: ref, host: host.name, handler: name });
    }
  }
  return outcome;
}
