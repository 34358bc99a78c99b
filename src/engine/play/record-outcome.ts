import type { Outcome } from '../../core/event.ts';
import { fromJs, type Value } from '../../core/value.ts';
import type { Block, Include, Meta, Task } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { countedAs } from '../host/as-told.ts';
import { applyUnknownFacts } from '../task/apply-facts.ts';
import { isTransient } from '../task/outcome.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';

/** Apply an outcome to the host: count it; a failed host continues in its rescue, or is out. */
export function recordOutcome(
  play: PlayContext,
  host: PlayHost,
  task: Task | Include | Meta | Block,
  outcome: Outcome,
): void {
  const { state } = host;
  const undone = state.undone.splice(0);
  if ((outcome.status === 'failed' || outcome.status === 'unreachable') && outcome.ignored === true) {
    state.count('ok');
    state.count('ignored');
    if (outcome.result['changed'] === true) state.countChange();
    return;
  }
  // An interrupted task has neither succeeded nor failed: the next run finds out.
  if (outcome.failure?.reason === 'interrupted') {
    state.unreachable = true;
    host.end();
    return;
  }
  state.count(countedAs(outcome));
  if (outcome.status === 'unreachable') {
    state.unreachable = true;
    state.isLate = outcome.failure !== undefined && isTransient(outcome.failure);
    play.run.emit({
      kind: 'host-unreachable',
      host: host.name,
      failure: outcome.failure ?? { reason: 'unreachable', message: outcome.message ?? '' },
    });
    host.end();
  }
  // If the task does fail, its rescue runs in place of the following tasks; which of the two will happen is not known.
  if (outcome.status === 'unknown' && task.kind !== 'block' && host.cursor.isRescued)
    state.rests.add(refOf(play, task, host, false).name);
  if (outcome.status !== 'failed') return;
  if (goesOn(play, host, task)) {
    for (const doubt of undone) doubt();
    stumble(play, host, task);
  } else failHost(play, host, task, outcome);
}

/** In a check, a failure ends nothing unless a rescue would catch it or the task exists to prevent what follows. */
function goesOn({ run }: PlayContext, { cursor }: PlayHost, task: Task | Include | Meta | Block): boolean {
  if (!run.options.check || run.options.ansible === true || cursor.isRescued) return false;
  return task.kind !== 'meta' && !isGuard(run, task);
}

const isGuard = (run: PlayContext['run'], task: Task | Include | Block): boolean =>
  task.kind === 'task' && typeof task.type === 'string' && run.loadedType(task.type)?.guards === true;

/**
 * The host continues its check. What the task would have set or included is unknown; the result it registers is the
 * failure.
 */
function stumble(play: PlayContext, host: PlayHost, task: Task | Include | Meta | Block): void {
  const { state } = host;
  state.stumbled = true;
  if (task.kind === 'block') return;
  const { name } = refOf(play, task, host, false);
  if (task.kind === 'task') {
    // A run would end here; a run that gets past this point, with the problem fixed, finds a different result.
    for (const one of registeredNames(task)) {
      const registered = state.set.get(one);
      if (registered !== undefined) state.set.set(one, state.ofNow(registered, [name]));
    }
    applyUnknownFacts(play, state, task, name);
  }
  if (task.kind === 'include') {
    state.link.beliefs.foresee(name, undefined);
    state.doubt = name;
  }
  for (const block of host.cursor.beforeAlways)
    if (!host.stumbledIn.has(block)) host.stumbledIn.set(block, state.link.beliefs.mark());
}

/** After a failed step, the host continues in its rescue or always, or is out. */
function failHost(play: PlayContext, host: PlayHost, task: Task | Include | Meta | Block, outcome: Outcome): void {
  const to = unwind(host);
  if (to === undefined && play.run.options.check && play.run.options.ansible !== true) tellTheEnd(play, host, task);
  // As in Ansible, each failure counts as rescued for which there is a rescue, even if an `always` comes before it.
  if (to === 'rescue' || (to === 'always' && host.cursor.isRescued)) host.state.rescued();
  if (to === 'rescue') {
    play.run.emit({ kind: 'rescued', host: host.name });
    host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
  }
  if (to === 'always' && host.state.fallen === undefined)
    host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
}

/** Report that the rest is not checked, so that nobody takes it to be free of drift. */
function tellTheEnd({ run }: PlayContext, { name: host }: PlayHost, { at }: Task | Include | Meta | Block): void {
  const message = 'the remaining tasks were not checked on this host: they must not run if this one fails';
  run.emit({ kind: 'warning', host, diagnostic: { severity: 'warning', code: 'not-looked-at', message, at } });
}

/** Because another host failed, a host continues in its rescue or always, or is out. */
export function failWith(host: PlayHost, other: PlayHost): void {
  if (unwind(host) !== undefined) host.state.fallen = other.state.fallen;
}

/** Leave the blocks that do not catch a failure. */
function unwind(host: PlayHost): 'rescue' | 'always' | undefined {
  const { to, left } = host.cursor.fail();
  host.falls++;
  host.toPutBack.push(...left);
  if (to === undefined) {
    host.state.failed = true;
    host.end();
  }
  return to;
}

function taskDict(task: Task | Include | Meta | Block, play: PlayContext, host: PlayHost): Map<Value, Value> {
  return new Map<Value, Value>([
    ['name', bareName(task, play, host)],
    ['action', task.kind === 'task' ? String(task.type) : task.kind],
  ]);
}

/** The rendered name, without its role. */
function bareName(task: Task | Include | Meta | Block, play: PlayContext, host: PlayHost): string {
  if (task.kind === 'block') return String(task.name ?? 'block');
  return task.name === undefined ? '' : refOf(play, task, host, false).name.replace(/^.* : /, '');
}
