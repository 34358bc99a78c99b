import type { Outcome } from '../../core/event.ts';
import { fromJs, type Value } from '../../core/value.ts';
import type { Block, Include, Meta, Task } from '../../language/model.ts';
import { countedAs } from '../host/as-told.ts';
import { applyUnknownFacts } from '../task/apply-facts.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';

/** What an outcome means for the host: counted; failed hosts fall to their rescue, or out. */
export function recordOutcome(
  play: PlayContext,
  host: PlayHost,
  task: Task | Include | Meta | Block,
  outcome: Outcome,
): void {
  const { state } = host;
  const undone = state.undone.splice(0);
  if (outcome.status === 'failed' && outcome.ignored === true) {
    state.count('ok');
    state.count('ignored');
    if (outcome.result['changed'] === true) state.countChange();
    return;
  }
  if (outcome.status === 'unreachable' && outcome.ignored === true) {
    state.count('skipped');
    return;
  }
  // What was broken off is neither done nor failed: the next run finds out.
  if (outcome.failure?.reason === 'interrupted') {
    state.unreachable = true;
    host.end();
    return;
  }
  state.count(countedAs(outcome));
  if (outcome.status === 'unreachable') {
    state.unreachable = true;
    play.run.emit({
      kind: 'host-unreachable',
      host: host.name,
      failure: outcome.failure ?? { reason: 'unreachable', message: outcome.message ?? '' },
    });
    host.end();
  }
  // If it fails after all, a rescue comes, and what follows here does not: nobody knows which.
  if (outcome.status === 'unknown' && task.kind !== 'block' && host.cursor.isRescued)
    state.rests.add(refOf(play, task, host, false).name);
  if (outcome.status !== 'failed') return;
  if (goesOn(play, host, task)) {
    for (const doubt of undone) doubt();
    stumble(play, host, task);
  } else failHost(play, host, task, outcome);
}

/** In a check a failure ends nothing, unless a rescue waits for it, or what follows is not wanted then. */
function goesOn({ run }: PlayContext, { cursor }: PlayHost, task: Task | Include | Meta | Block): boolean {
  if (!run.options.check || run.options.ansible === true || cursor.isRescued) return false;
  return task.kind !== 'meta' && !isGuard(run, task);
}

const isGuard = (run: PlayContext['run'], task: Task | Include | Block): boolean =>
  task.kind === 'task' && typeof task.type === 'string' && run.loadedType(task.type)?.guards === true;

/** The host goes on in its check. What the task would have set or brought in is not known; what it registers is what made it fail. */
function stumble(play: PlayContext, host: PlayHost, task: Task | Include | Meta | Block): void {
  const { state } = host;
  state.stumbled = true;
  if (task.kind === 'block') return;
  const { name } = refOf(play, task, host, false);
  if (task.kind === 'task') {
    // A run ends there; whoever goes on once the task is mended finds something else.
    const registered = task.register === undefined ? undefined : state.set.get(task.register);
    if (task.register !== undefined && registered !== undefined)
      state.set.set(task.register, state.ofNow(registered, [name]));
    applyUnknownFacts(play, state, task, name);
  }
  if (task.kind === 'include') {
    state.link.beliefs.foresee(name, undefined);
    state.doubt = name;
  }
}

/** A failed step: the host goes on in its rescue or always, or is out. */
function failHost(play: PlayContext, host: PlayHost, task: Task | Include | Meta | Block, outcome: Outcome): void {
  const to = unwind(host);
  if (to === undefined && play.run.options.check && play.run.options.ansible !== true) tellTheEnd(play, host, task);
  if (to === 'rescue') {
    host.state.rescued();
    play.run.emit({ kind: 'rescued', host: host.name });
    host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
  }
  if (to === 'always' && host.state.fallen === undefined)
    host.state.fallen = { task: taskDict(task, play, host), result: fromJs(outcome.result) };
}

/** What follows is not looked at: said, so that nobody takes it for in order. */
function tellTheEnd({ run }: PlayContext, { name: host }: PlayHost, { at }: Task | Include | Meta | Block): void {
  const message = 'what follows on this host was not checked: it must not run if this fails';
  run.emit({ kind: 'warning', host, diagnostic: { severity: 'warning', code: 'not-looked-at', message, at } });
}

/** A host goes on in its rescue or always, or is out, because another one failed. */
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

/** The name as it is written, templates computed; without its role. */
function bareName(task: Task | Include | Meta | Block, play: PlayContext, host: PlayHost): string {
  if (task.kind === 'block') return String(task.name ?? 'block');
  return task.name === undefined ? '' : refOf(play, task, host, false).name.replace(/^.* : /, '');
}
