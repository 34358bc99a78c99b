import type { Outcome, TaskRef } from '../../core/event.ts';
import { fromJs, type Raw } from '../../core/value.ts';
import type { Include, Item, Task, VarsLayer } from '../../language/model.ts';
import { registeredNames } from '../../language/registered-names.ts';
import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { unresolved } from '../task/bind-task.ts';
import { skip } from '../task/early-outcomes.ts';
import type { Included } from '../task/includes.ts';
import { NO_ITEMS } from '../task/loop-message.ts';
import { unknownOutcome } from '../task/outcome.ts';
import { aboutItself } from '../task/projections.ts';
import { type Computation, retryWhenKnown } from '../task/retry-when-known.ts';
import { tellOutcome } from '../task/tell-outcome.ts';
import { placed } from '../variables/error-text.ts';
import { keywordTruth } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { BatchRun } from './batch-run.ts';
import { missInclude } from './declare-rest.ts';
import { endAll } from './end-all.ts';
import type { PlayHost } from './play-host.ts';
import { recordOutcome } from './record-outcome.ts';
import { refOf } from './task-ref.ts';

/** Perform an include on each host, with the file or role that it names there. */
export async function performInclude(
  performing: BatchRun,
  hosts: readonly PlayHost[],
  include: Include,
  path: readonly number[],
): Promise<void> {
  const { handlers } = performing;
  for (const host of hosts) host.cursor.advance();
  // Only the include itself runs once: what it includes runs on the first host alone.
  const first = hosts.slice(0, 1);
  const once = await Promise.all(first.map((host) => truthOf(performing, host, include, 'runOnce')));
  const uncomputed = once.map(notComputed).find((one) => one !== undefined);
  for (const host of once.some((one) => one.is === 'value' && one.value === true) ? first : hosts) {
    const included = uncomputed ?? (await computeIncluded(performing, host, include));
    host.looked.add(include.id);
    if (included.some(isMissed)) missInclude(performing.play, host, include);
    const failed = included.findIndex((one) => one.kind === 'failed');
    // Of a loop that brings nothing for any of its items, one skip is counted; of items that are skipped among others, none.
    const skips = included.every((one) => one.kind === 'skipped') ? 1 : 0;
    for (const [index, one] of (failed === -1 ? included : included.slice(0, failed + 1)).entries())
      await tellIncluded(performing, host, include, one, one.kind !== 'skipped' || index < skips);
    if (failed !== -1 && (await isFatal(performing, host, include))) endAll(performing);
    if (failed !== -1) continue;
    const brought = included.filter((one) => one.kind === 'brings');
    // In order, since the last of several handlers or variables with the same name counts.
    for (const one of brought) {
      handlers.add(one.brought.handlers);
      host.exported = [...host.exported, ...one.brought.exported];
    }
    for (const one of brought.toReversed()) {
      await loadTypes(performing, one.brought.items);
      host.cursor.insert(one.brought.items, path, one.turn);
      host.brought.push(...one.brought.items);
    }
  }
}

/** Whether it is not known what an include would have brought. A loop without items brings nothing. */
const isMissed = (one: Included): boolean =>
  one.kind === 'skipped' ? one.condition !== undefined : one.kind !== 'brings';

/** Whether an uncaught failure of the include on this host ends the play on all hosts. */
async function isFatal(performing: BatchRun, host: PlayHost, include: Include): Promise<boolean> {
  if (!host.out || !host.state.failed) return false;
  if (performing.play.run.options.anyErrorsFatal) return true;
  const computed = await truthOf(performing, host, include, 'anyErrorsFatal');
  return computed.is === 'value' && computed.value === true;
}

/** The boolean value of an include's keyword on a host. */
const truthOf = (
  { play }: BatchRun,
  { state, exported }: PlayHost,
  include: Include,
  keyword: 'runOnce' | 'anyErrorsFatal',
) =>
  retryWhenKnown({ play, state }, () =>
    keywordTruth(include.keywords[keyword], play.scopes.of(state, include, exported)),
  );

/**
 * As in Ansible, an unknown task type in included content ends the run; no rescue catches it. One that only we lack fails its task when it
 * is reached.
 */
async function loadTypes(performing: BatchRun, items: readonly Item[]): Promise<void> {
  const { run } = performing.play;
  const tasks = tasksOf(items).filter(({ type }) => typeof type === 'string');
  const types = await Promise.all(tasks.map(({ type }) => run.taskType(String(type))));
  const missing = tasks.find(({ type }, index) => types[index] === undefined && !run.isElsewhere(String(type)));
  if (missing !== undefined && run.options.ansible === true)
    performing.stop = { error: unresolved(String(missing.type)), at: missing.typeAt, miswritten: true };
}

/** The content of an include on a host; gathers facts if it needs them. */
export async function computeIncluded(
  { play, includes }: BatchRun,
  host: PlayHost,
  include: Include,
): Promise<readonly Included[]> {
  const { state } = host;
  const { value: settled, read } = await state.reading(() =>
    retryWhenKnown({ play, state }, () => includes.compute(play, state, include, host.exported)),
  );
  // Whether the included tasks run also depends on these tasks, and so does everything that follows from them.
  for (const task of read) state.rests.add(task);
  return settled.is === 'value' ? settled.value : (notComputed(settled) ?? []);
}

/** The result of an include that could not be computed; undefined if it could. */
function notComputed(settled: Computation<unknown>): readonly Included[] | undefined {
  if (settled.is === 'value') return undefined;
  if (settled.is === 'unknown') return [{ kind: 'unknown', because: settled.because }];
  const message = settled.is === 'mistaken' ? placed(settled.error) : settled.failure.message;
  return [{ kind: 'failed', message }];
}

function tasksOf(items: readonly Item[]): Task[] {
  return items.flatMap((item) => {
    if (item.kind === 'block') return tasksOf([...item.block, ...item.rescue, ...item.always]);
    return item.kind === 'task' ? [item] : [];
  });
}

/** Report the result of one iteration of an include; if it failed, so has the host. `counts`: in the recap. */
export async function tellIncluded(
  performing: BatchRun,
  host: PlayHost,
  include: Include,
  one: Included,
  counts = true,
): Promise<void> {
  const { play } = performing;
  const ref = refOf(play, include, host, false);
  const { emit } = play.run;
  const isFinal = play.run.options.ansible === true || (one.kind === 'failed' && one.final === true);
  if (one.kind === 'failed' && one.mistake !== undefined && isFinal) {
    const { message, at } = one.mistake;
    performing.stop = { error: message, at, miswritten: true };
    return;
  }
  if (one.kind === 'brings') {
    // As in Ansible, an included task file counts as a task; an included role does not.
    if (include.of === 'tasks') host.state.count('ok');
    emit({
      kind: 'included',
      task: ref,
      host: host.name,
      what: one.what,
      ...(one.label !== undefined && { label: one.label }),
    });
    register(play, host, include, { changed: false, include: one.what });
    return;
  }
  const outcome = await outcomeOf(performing, host, include, one, ref);
  tellOutcome(play, host.name, ref, outcome);
  if (outcome.status === 'unknown')
    for (const name of registeredNames(include))
      host.state.set.set(name, entryNotKnownYet(new NotKnownYet('unknown', host.name, ref.name)));
  else register(play, host, include, outcome.result);
  if (counts) recordOutcome(play, host, include, outcome);
}

async function outcomeOf(
  performing: BatchRun,
  host: PlayHost,
  include: Include,
  one: Exclude<Included, { kind: 'brings' }>,
  { name }: TaskRef,
): Promise<Outcome> {
  const { link, rests } = host.state;
  if (one.kind === 'skipped') {
    if (rests.size > 0) link.beliefs.doubtFurther(name, ['everything'], [...rests]);
    const outcome = one.condition === undefined ? withoutItems : skip('Conditional result was False', one.condition);
    return { ...outcome, unless: [...rests] };
  }
  if (one.kind === 'failed') return failure(performing, host, include, one);
  // The tasks that it would include may do anything, and set any variable.
  link.beliefs.foresee(name, undefined);
  host.state.doubt = name;
  return unknownOutcome(one.because);
}

const withoutItems: Pick<Outcome, 'status' | 'changes' | 'message' | 'result'> = {
  status: 'skipped',
  changes: [],
  message: NO_ITEMS,
  result: { changed: false, skipped: true, skipped_reason: NO_ITEMS, results: [] },
};

async function failure(
  { play }: BatchRun,
  host: PlayHost,
  include: Include,
  { message, unloadable }: Extract<Included, { kind: 'failed' }>,
): Promise<Outcome> {
  const { state } = host;
  const sight = play.scopes.of(state, include, host.exported);
  const wanted = await retryWhenKnown({ play, state }, () => keywordTruth(include.keywords.ignoreErrors, sight));
  const ignored = unloadable !== true && wanted.is === 'value' && wanted.value === true;
  const result = { failed: true, changed: false, msg: message };
  return { status: 'failed', changes: [], message, result, ...(ignored && { ignored }) };
}

function register(play: PlayContext, { state, exported }: PlayHost, include: Include, result: Outcome['result']): void {
  if (include.register !== undefined) state.set.set(include.register, { value: fromJs(result) as Raw });
  if (include.projections === undefined) return;
  const scopeWith = (own: readonly VarsLayer[]) => play.scopes.of(state, include, [...exported, ...own]);
  const { registered } = aboutItself(include, { latest: result }, fromJs, scopeWith);
  for (const [name, entry] of registered.vars) state.set.set(name, entry);
}
