import type { Outcome, TaskRef } from '../core/event.ts';
import type { Task } from '../core/model.ts';
import { toJs } from '../core/value.ts';
import { TemplateError } from '../template/index.ts';
import { aheadOf } from './ahead-of.ts';
import { beforeChange } from './before-change.ts';
import { keywordTruth, keywordValue, placed } from './call.ts';
import { conclude, fallWith } from './conclude.ts';
import { eachLimited } from './each-limited.ts';
import { notifiedNames } from './handlers.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';
import { runTask } from './run-task.ts';
import { settled } from './settled.ts';
import { refOf } from './task-ref.ts';
import type { Ran } from './task-run.ts';
import { tellable } from './tellable.ts';
import { Touched } from './touched.ts';

/** Run a task or handler on hosts, told as one task; whoever fails leaves or is rescued. */
export async function performTask(
  performing: Performing,
  hosts: readonly PlayHost[],
  task: Task,
  handler: boolean,
): Promise<void> {
  const { play } = performing;
  const first = hosts[0];
  if (first === undefined) return;
  const sight = play.scopes.of(first.state, task, first.exported);
  const bypasses = typeof task.type === 'string' && play.run.loadedType(task.type)?.oncePerPlay === true;
  const once = bypasses || settled(() => keywordTruth(task.keywords.runOnce, sight)) === true;
  const throttle = Number(toJs(settled(() => keywordValue(task.keywords.throttle, sight)) ?? 0));
  const limit = Math.min(play.run.options.forks, throttle > 0 ? throttle : Number.POSITIVE_INFINITY);
  const acting = once ? [first] : hosts;
  const outcomes: Outcome[] = [];
  await eachLimited(acting, limit, async (host) => {
    const ran = await runOnHost(performing, host, task, handler);
    outcomes.push(ran.outcome);
    if (!once) return;
    for (const other of performing.hosts)
      if (other !== host && !other.out) shareOutcome(host, other, task, ran.outcome);
  });
  // What is done once for all has failed for all.
  if (once && outcomes.some(isBad))
    for (const other of hosts) if (other !== first && !other.out) fallWith(other, first);
  const fatal =
    once ||
    play.run.options.anyErrorsFatal ||
    settled(() => keywordTruth(task.keywords.anyErrorsFatal, sight)) === true;
  // A failure that a rescue or always catches is not fatal.
  if (fatal && acting.some(({ out, state }) => out && (state.failed || state.unreachable))) endAll(performing);
}

const isBad = ({ status, ignored }: Outcome): boolean =>
  ignored !== true && (status === 'failed' || status === 'unreachable');

/** One host's failure is everybody's: who is not in a rescue or always by now has failed, too. */
function endAll(performing: Performing): void {
  for (const host of performing.hosts) {
    if (host.cursor.isCatching) continue;
    performing.stop = 'fatal';
    if (!host.state.unreachable) host.state.failed = true;
  }
}

async function runOnHost(performing: Performing, host: PlayHost, task: Task, handler: boolean): Promise<Ran> {
  const { play } = performing;
  const { emit } = play.run;
  const ref = refOf(play, task, host, handler);
  const startedAt = performance.now();
  emit({ kind: 'task-started', play: play.play.id, task: ref, host: host.name });
  const ran = await runTask({
    play,
    state: host.state,
    task,
    ref,
    layers: host.exported,
    ahead: () => aheadOf(performing, host, task),
    beforeChange: (changes, identity) => beforeChange(performing, host, task, changes, identity),
  });
  const notified = ran.outcome.status === 'changed' ? notify(performing, host, task, ref) : undefined;
  const outcome: Outcome =
    notified === undefined
      ? ran.outcome
      : {
          ...ran.outcome,
          status: 'failed',
          message: notified,
          result: { ...ran.outcome.result, failed: true, msg: notified },
        };
  emit({
    kind: 'task-finished',
    play: play.play.id,
    task: ref,
    host: host.name,
    outcome: tellable(outcome),
    tookMs: performance.now() - startedAt,
    delegatedTo: ran.delegatedTo,
    looped: ran.looped === true,
  });
  conclude(play, host, task, outcome);
  return { ...ran, outcome };
}

function shareOutcome(from: PlayHost, to: PlayHost, task: Task, outcome: Outcome): void {
  if (task.register !== undefined) {
    const value = from.state.set.get(task.register);
    if (value !== undefined) to.state.set.set(task.register, value);
  }
  if (outcome.status !== 'ok' && outcome.status !== 'changed') return;
  for (const [name, entry] of from.state.set)
    if (outcome.result['ansible_facts'] !== undefined && name in (outcome.result['ansible_facts'] as object))
      to.state.set.set(name, entry);
}

/** Make the notified handlers due. Returns what is wrong, where nobody defines one. */
function notify(performing: Performing, host: PlayHost, task: Task, ref: TaskRef): string | undefined {
  const { play, handlers } = performing;
  if (task.notify.length === 0) return undefined;
  try {
    for (const name of notifiedNames(task.notify, play.scopes.of(host.state, task, host.exported))) {
      const named = handlers.named(name, host.state);
      if (named.length === 0) {
        const missing = `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`;
        if (play.run.options.missingHandler === 'error') performing.stop = { error: missing };
        if (play.run.options.missingHandler !== 'warning') return missing;
        play.run.emit({
          kind: 'warning',
          diagnostic: { severity: 'warning', code: 'missing-handler', message: missing },
        });
      }
      for (const handler of named) {
        host.due.add(handler.id);
        play.run.emit({ kind: 'notified', task: ref, host: host.name, handler: name });
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return placed(error);
    if (error instanceof Touched) return `notify: depends on ${error.because}`;
    throw error;
  }
}
