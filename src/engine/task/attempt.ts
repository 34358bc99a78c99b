import type { Change, Effect } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import type { Outcome } from '../../core/event.ts';
import { omitting, withLacking } from '../../core/lacking.ts';
import type { Converged } from '../host/converge.ts';
import { dependsOn } from '../host/depends-on.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import type { FactDoubt, HostState } from '../variables/host-state.ts';
import { foreseenResult, isUnrun } from '../variables/partly-known.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { applyFacts, applyUnknownFacts } from './apply-facts.ts';
import { type BoundTask, bindTask } from './bind-task.ts';
import { convergeOrStart, foundNow, withNow, wouldOf } from './converge-task.ts';
import { declareCall, declareSkipped, declareUnknown } from './declare.ts';
import { failure, ignorable, skip, uncomputed } from './early-outcomes.ts';
import { doubtOfFacts } from './facts.ts';
import type { LoopItem } from './loop.ts';
import { outcomeOf, unknownOutcome, unlessMended, wouldFail } from './outcome.ts';
import { doubtWhatItMayChange, namedPaths, writtenPaths } from './perhaps.ts';
import { nothingNoted, plannedWork } from './planned-work.ts';
import { retryWhenKnown } from './retry-when-known.ts';
import { type Ran, sightAfter, type TaskRun } from './task-run.ts';

/**
 * Run a task, or one item, once: compute its parameters, converge the host, judge the outcome. If there may be several
 * attempts, conditions on the result see their number in `attempts`.
 */
export async function attempt(
  run: TaskRun,
  sight: TemplateScope,
  item: LoopItem | undefined,
  attempts?: number,
): Promise<Ran> {
  const { play, state, task } = run;
  const bound = await state.reading(async () =>
    run.joined === undefined
      ? await bindTask(play, state, task, sight, false).catch(unlessUnknown)
      : ({ kind: 'call', call: run.joined.call } as const),
  );
  const { value: computed } = bound;
  const read = new Set([...state.rests, ...(run.read ?? []), ...bound.read]);
  if (computed instanceof NotKnownYet) {
    declareUnknown(run);
    return unknownRun(run, sight, computed.because);
  }
  if (computed.kind === 'skipped') {
    await declareSkipped(run, sight);
    if (read.size > 0) await doubtWhatItMayChange(run, sight, (call) => wouldOf(run, call), { unlessAll: true });
    return {
      outcome: { ...skip(computed.message, computed.condition), censored: computed.censored, unless: [...read] },
      ofNow: [...read],
    };
  }
  if (computed.kind === 'valueless') return valueless(run, computed, [...read]);
  if (computed.kind === 'failed') {
    declareUnknown(run);
    const outcome = { ...failure(computed.message, computed.result), censored: computed.censored };
    return { outcome: await ignorable(doubted(outcome, run, sight, [...read]), run, sight) };
  }
  const { call } = computed;
  // Its author has not asked for it to be run in a check, so what it finds there is a prediction.
  if (task.keywords.checkMode === undefined) for (const one of lookedInSpiteOf(run, call)) read.add(one);
  const foreseen: Change[] = [];
  const { planning } = play.run.options;
  const noted = planning === undefined || !play.run.options.check ? undefined : nothingNoted();
  const again = (attempts ?? 1) > 1;
  const converged = await withNow(run, call, await convergeOrStart(run, call, sight, foreseen, { noted, again }));
  const planned =
    planning === undefined || noted === undefined
      ? undefined
      : plannedWork(run, call, { sight, commands: commandsOf(foreseen), noted }, planning.digest);
  // The changes have been made: if judging reads something that must be asked first, only judging is repeated.
  const isForeseen = call.context.check && !call.ansible && converged.status === 'changed' && call.type.acts !== true;
  const registering = (result: Outcome['result']) =>
    isForeseen || isUnrun(result) ? foreseenResult(result, call.type) : result;
  const after = (result: Outcome['result']): TemplateScope =>
    sightAfter(run, item, registering(attempts === undefined ? result : { ...result, attempts }));
  const growth = converged.status === 'ok' ? play.inventory.growth(converged.result, state.host.name) : undefined;
  const grown: Converged =
    growth?.isNew === true && converged.status === 'ok' ? { ...converged, status: 'changed' } : converged;
  const { value: settled, read: judging } = await state.reading(() =>
    retryWhenKnown(run, () => outcomeOf(grown, call, after, task)),
  );
  for (const one of judging) read.add(one);
  const judged = withUnless(settled.is === 'value' ? settled.value : await uncomputed(settled, run, sight), read);
  const held = call.ansible ? judged : unlessMended(judged, converged, call);
  const kept = held.status === 'unreachable' && play.run.signal.aborted ? interrupted(held) : held;
  foresee(run, call, kept, wouldChange(converged, foreseen));
  const { outcome, doubt } = withDoubtedFacts(kept, run, call);
  declareCall(run, call, outcome);
  const absorbed = await retryWhenKnown(run, () => applyFacts(play, state, task, sight, { call, outcome, doubt }));
  if (absorbed.is !== 'value') return { outcome: await uncomputed(absorbed, run, sight) };
  const ofNow = [
    ...new Set([...(outcome.unless ?? []), ...(doubt?.ofNow.values() ?? []), ...lookedInSpiteOf(run, call)]),
  ];
  if (call.type.gives === 'set_fact') markOfNow(state, outcome, ofNow);
  // A module that does not run in a check might set any facts.
  if (call.type.gives === 'facts' && isUnrun(outcome.result)) state.doubt = run.ref.name;
  const succeeded = outcome.status === 'ok' || outcome.status === 'changed';
  if (succeeded) growth?.add();
  const result = registering(withoutPrivate(outcome.result));
  const shown = outcome.result['_ansible_verbose_always'] === true ? true : undefined;
  const declares = declaredBy(call, outcome, play.run.options.digest);
  const told = {
    ...outcome,
    result,
    shown,
    ...(declares !== undefined && { declares }),
    ...(planned !== undefined && { planned }),
  };
  return { outcome: await ignorable(told, run, sight), delegatedTo: call.delegatedTo, ofNow };
}

const commandsOf = (changes: readonly Change[]): readonly Command[] => changes.flatMap(({ commands }) => commands);

/** What the task declares: its parameters, with the content of its files, and what they lead to elsewhere. */
function declaredBy(
  { type, params }: BoundTask,
  { result, status }: Outcome,
  digest: ((declared: unknown) => string) | undefined,
): string | undefined {
  if (digest === undefined || (status !== 'ok' && status !== 'changed')) return undefined;
  return digest([type.name, params, (type.wantedIn ?? []).map((key) => result[key])]);
}

/** In a check: a task that shows or sets values that are not known yet succeeds unless computing them fails. */
function valueless(
  { play, state, task }: TaskRun,
  { because, censored }: { readonly because: string; readonly censored: boolean },
  read: readonly string[],
): Ran {
  applyUnknownFacts(play, state, task, because);
  const unless = [...new Set([...read, because])];
  const message = `what it shows or sets ${dependsOn(because)}`;
  const result = withLacking({ changed: false, failed: false }, ['msg', 'ansible_facts']);
  return {
    outcome: { status: 'ok', changes: [], message, result, censored: censored || undefined, unless },
    ofNow: unless,
  };
}

/** In a check: the changes that a task would make, or would have made; undefined if that is not known. */
function wouldChange(converged: Converged, foreseen: readonly Change[]): readonly Change[] | undefined {
  if ('would' in converged) return converged.would;
  return converged.status === 'unknown' ? undefined : foreseen;
}

/**
 * In a check: the outcome of a task that cannot be computed because of values that other tasks may change. If they do,
 * it may change what it names.
 */
export function doubted(outcome: Outcome, run: TaskRun, sight: TemplateScope, read: readonly string[]): Outcome {
  const { beliefs } = run.state.link;
  if (read.length > 0) beliefs.doubtFurther(run.ref.name, writtenPaths(run, sight), read);
  return wouldFail(outcome, read);
}

/** In a check: an outcome based on values that tasks may change holds unless they do. */
const withUnless = (outcome: Outcome, read: ReadonlySet<string>): Outcome =>
  read.size === 0 || outcome.status === 'unknown' || outcome.status === 'unreachable'
    ? outcome
    : { ...outcome, unless: [...new Set([...(outcome.unless ?? []), ...read])] };

/** In a check: the tasks whose predicted changes are invisible to a task with `check_mode: false`, which really runs. */
function lookedInSpiteOf({ play }: TaskRun, { context, link }: BoundTask): readonly string[] {
  return play.run.options.check && !context.check ? link.beliefs.uncertainBecauseOf(false) : [];
}

/** A fact based on the host's current state is marked as such itself. */
function markOfNow(state: HostState, { result }: Outcome, because: readonly string[]): void {
  for (const name of Object.keys(result['ansible_facts'] ?? {})) {
    const entry = state.set.get(name);
    if (entry !== undefined) state.set.set(name, state.ofNow(entry, because));
  }
}

/** In a check: a task that may or may not run, or whose parameters are not known. */
export async function unknownRun(run: TaskRun, sight: TemplateScope, because: string): Promise<Ran> {
  let now: string | undefined;
  await doubtWhatItMayChange(run, sight, async (call) => {
    now = call.censored || call.ansible || call.type.acts === true ? undefined : await foundNow(run, call);
    return wouldOf(run, call);
  });
  const unknown = unknownOutcome(because);
  return {
    outcome: now === undefined ? unknown : { ...unknown, message: `${unknown.message}; now, if it runs: ${now}` },
  };
}

function unlessUnknown(error: unknown): NotKnownYet {
  if (error instanceof NotKnownYet && error.what === 'unknown') return error;
  throw error;
}

/** In a check: record what this task would do, or would have done, for later tasks. */
function foresee(
  { ref, play, state }: TaskRun,
  call: BoundTask,
  { status, result, unless = [] }: Outcome,
  would: readonly Change[] | undefined,
) {
  if (!play.run.options.check) return;
  const { beliefs } = call.link;
  const beliefsOn = ({ on }: Change) => (on === undefined ? beliefs : (play.stateOf(on)?.link.beliefs ?? beliefs));
  const mayChange = call.type.controllerOnly !== true && call.type.looks?.(call.params as never) !== true;
  if (status === 'unknown' && mayChange) beliefs.markUncertain(ref.name);
  // The task's author says that it changes nothing except what its parameters name.
  if (status === 'skipped' && isUnrun(result)) {
    for (const change of would ?? [])
      beliefs.foresee(
        ref.name,
        change.effects?.filter((effect) => !mayAlterAll(effect)),
      );
    return;
  }
  const doubtAll = (): void => {
    for (const change of would ?? []) beliefsOn(change).doubtEffects(ref.name, change.effects);
    if (would === undefined) beliefs.doubt(ref.name, namedPaths(call));
  };
  // After a failure that is rescued or ignored, nothing has changed for what follows; otherwise the doubts apply only
  // if the host continues anyway.
  if (status === 'failed') state.undone.push(doubtAll);
  if (status === 'unknown') doubtAll();
  if (status === 'unknown' || status === 'failed') return;
  for (const change of would ?? []) beliefsOn(change).foresee(ref.name, change.effects);
  // If another task changes what this one is about, this one's changes differ too.
  if (unless.length > 0) beliefs.doubtFurther(ref.name, namedPaths(call), unless);
}

const mayAlterAll = (effect: Effect): boolean => 'mayAlter' in effect && effect.mayAlter.includes('everything');

/** In a check, a host reports its current facts: those that a predicted change alters become unknown. */
function withDoubtedFacts(
  outcome: Outcome,
  { state }: TaskRun,
  { context, link, type }: BoundTask,
): { readonly outcome: Outcome; readonly doubt?: FactDoubt } {
  const { ansible_facts: found } = outcome.result;
  if (!context.check || type.gives !== 'facts' || typeof found !== 'object' || found === null) return { outcome };
  const doubt = doubtOfFacts(link.beliefs, state.host.name, { ...found });
  const [first] = doubt.unknown.values();
  if (first === undefined) return { outcome, doubt };
  state.doubt = first.because;
  const known = omitting({ ...found }, (name) => doubt.unknown.has(name));
  return { outcome: { ...outcome, result: { ...outcome.result, ansible_facts: known } }, doubt };
}

/** The host of an interrupted task is not at fault. */
const interrupted = (outcome: Outcome): Outcome => ({
  ...outcome,
  message: 'interrupted',
  failure: { reason: 'interrupted', message: 'interrupted' },
});

/** Remove the keys of a result that are only for the engine. */
const withoutPrivate = (result: Outcome['result']): Outcome['result'] =>
  omitting(result, (key) => key.startsWith('_ansible_'));
