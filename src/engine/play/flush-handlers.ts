import type { Outcome } from '../../core/event.ts';
import type { Handler } from '../../language/model.ts';
import { eachLimited } from '../host/each-limited.ts';
import { type HandlerNote, whenOf } from '../host/handler-note.ts';
import type { Identity } from '../host/identity.ts';
import { forgetHandlers, notesOf } from '../host/journal.ts';
import { runSilently } from '../host/run-silently.ts';
import { writtenPaths } from '../task/perhaps.ts';
import { retryWhenKnown } from '../task/retry-when-known.ts';
import { tellOutcome } from '../task/tell-outcome.ts';
import { runMetaHandler } from './act-meta.ts';
import type { BatchRun } from './batch-run.ts';
import type { AnyHandler } from './handlers.ts';
import { isDueByNow, learnLeft } from './left-over.ts';
import { computeIncluded, tellIncluded } from './perform-include.ts';
import { performTask } from './perform-task.ts';
import type { PlayHost } from './play-host.ts';
import { recordOutcome } from './record-outcome.ts';
import { refOf } from './task-ref.ts';
import { withinPlan } from './within-plan.ts';

/** Run the handlers that are due, each once, in the order of their definition. */
export async function flushHandlers(performing: BatchRun, hosts: readonly PlayHost[]): Promise<void> {
  const { play, handlers } = performing;
  if (play.run.signal.aborted) return;
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    if (host.out || !host.asked) return;
    await learnLeft(performing, host);
    await makeLeftDue(performing, host);
  });
  const ran = new Map(hosts.map((host) => [host, new Set<number>()]));
  // Handlers that notify each other or themselves run once per flush; those that become due again wait for the next
  // one. A host that fails continues in its rescue at once; its due handlers wait for the next flush.
  const falls = new Map(hosts.map((host) => [host, host.falls]));
  const isDue = (host: PlayHost, id: number): boolean =>
    !host.out && host.falls === falls.get(host) && host.due.has(id) && !ran.get(host)!.has(id);
  while (!play.run.signal.aborted && hosts.some((host) => [...host.due].some((id) => isDue(host, id)))) {
    for (const handler of handlers.all) {
      const due = hosts.filter((host) => isDue(host, handler.id));
      if (due.length === 0) continue;
      for (const host of due) {
        host.due.delete(handler.id);
        host.perhapsDue.delete(handler.id);
        ran.get(host)!.add(handler.id);
      }
      const rests = due.map((host) => restOn(host, handler.id));
      await runHandler(performing, due, handler);
      for (const release of rests) release();
    }
    const known = new Set(handlers.all.map((handler) => handler.id));
    for (const host of hosts) for (const id of host.due) if (!known.has(id)) host.due.delete(id);
  }
  if (play.run.options.check) await tellPerhapsDue(performing, hosts);
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    if (!host.out) await forget(performing, host, ran.get(host) ?? new Set());
  });
}

/** In a check: report the outcome of a handler as uncertain if it is due unless tasks change what notifies it. */
function restOn({ state, dueUnless }: PlayHost, id: number): () => void {
  const own = (dueUnless.get(id) ?? []).filter((task) => !state.rests.has(task));
  dueUnless.delete(id);
  for (const task of own) state.rests.add(task);
  return () => {
    for (const task of own) state.rests.delete(task);
  };
}

/** In a check: report the handlers that may be due. */
async function tellPerhapsDue(performing: BatchRun, hosts: readonly PlayHost[]): Promise<void> {
  for (const handler of performing.handlers.all)
    for (const host of hosts) {
      const perhaps = host.perhapsDue.get(handler.id);
      host.perhapsDue.delete(handler.id);
      if (perhaps === undefined || host.out || handler.kind !== 'task') continue;
      if (perhaps.is === 'unknown') await performTask(performing, [host], handler, true, perhaps.because);
      else tellNotDue(performing, host, handler, perhaps.because);
    }
}

/** Report a handler that is not notified unless another task alters the outcome of the one that would notify it. */
function tellNotDue({ play }: BatchRun, host: PlayHost, handler: Handler, because: string): void {
  const { state } = host;
  const ref = refOf(play, handler, host, true);
  const sight = play.scopes.of(state, handler, host.exported);
  state.link.beliefs.doubtFurther(ref.name, writtenPaths({ play, task: handler }, sight), [because]);
  const message = 'not notified';
  const outcome: Outcome = {
    status: 'skipped',
    changes: [],
    message,
    unless: [because],
    result: { changed: false, skipped: true, skip_reason: message },
  };
  tellOutcome(play, host.name, ref, outcome);
  recordOutcome(play, host, handler, outcome);
}

/**
 * Delete the notes of the handlers that ran and are not due again, and those that this run made for a task that changed
 * nothing in the end, as its `changed_when` says.
 */
async function forget({ play, handlers }: BatchRun, host: PlayHost, ran: ReadonlySet<number>): Promise<void> {
  if (ran.size === 0 && !host.hasNoted) return;
  const notDue = handlers.all.filter(({ id }) => !host.due.has(id));
  const over = notDue.filter(({ id }) => ran.has(id));
  const namesOf = (some: typeof notDue): readonly string[] =>
    some.flatMap((one) => [handlers.noteOf(one, host.state), handlers.formerNoteOf(one, host.state)]);
  const names = await retryWhenKnown({ play, state: host.state }, () => ({
    over: namesOf(over),
    not: namesOf(notDue),
  }));
  if (names.is !== 'value') return;
  const forgotten = new Set(names.value.over);
  if (host.left !== undefined)
    host.left = { ...host.left, handlers: host.left.handlers.filter(({ name }) => !forgotten.has(name)) };
  // The notes stay on the host, since nothing was done; in this play they are reported once.
  if (play.run.options.check) return;
  const left = new Set(host.left?.handlers.map(({ name }) => name));
  for (const noted of host.takeNoted(new Set(names.value.not.filter((name) => !left.has(name)))))
    await runSilently(host.state.link, noted.identity, [forgetHandlers(host.name, noted.names)]);
  for (const ids of host.dueInBlock.values()) for (const { id } of over) ids.delete(id);
}

/** Make handlers left by an earlier run due once their time has come, and report them. */
async function makeLeftDue(performing: BatchRun, host: PlayHost): Promise<void> {
  const { play, handlers } = performing;
  const left = host.left?.handlers.filter((note) => isDueByNow(note, host, play.definition)) ?? [];
  const noted = await retryWhenKnown({ play, state: host.state }, () => handlers.noted(left, host.state));
  if (noted.is !== 'value') return;
  for (const [handler, notes] of noted.value) {
    if (!host.due.has(handler.id)) tellLeft(performing, host, handler, notes);
    host.due.add(handler.id);
    // The note is in the journal of the play's user, or of the user who runs the handler; which one is not known.
    for (const { name } of notes) {
      host.noteAs(play.mainIdentity(host.state), name);
      host.noteAs(await identityFor(performing, host, handler), name);
    }
  }
}

function tellLeft({ play }: BatchRun, host: PlayHost, handler: AnyHandler, notes: readonly HandlerNote[]): void {
  const { name } = refOf(play, handler, host, true);
  const when = whenOf(notes.at(-1)?.by?.run ?? '');
  const message = `handler "${name}" is still due from an earlier run of ${play.definition.at.file}${when === undefined ? '' : `, begun on ${when}`}: that run ended before the handler ran`;
  const hint = `to drop it, delete its line from ${notesOf(host.name)}`;
  play.run.emit({
    kind: 'warning',
    host: host.name,
    diagnostic: { severity: 'warning', code: 'left-over', message, at: handler.at, hint },
  });
}

/** The identity that runs a handler; if it cannot be computed, the handler itself will report that. */
async function identityFor({ play }: BatchRun, host: PlayHost, handler: AnyHandler): Promise<Identity> {
  const sight = play.scopes.of(host.state, handler, host.exported);
  const own = await retryWhenKnown({ play, state: host.state }, () => play.identity(host.state, handler, sight));
  return own.is === 'value' ? own.value : play.mainIdentity(host.state);
}

async function runHandler(performing: BatchRun, due: readonly PlayHost[], handler: AnyHandler): Promise<void> {
  const hosts = withinPlan(performing, due, handler, true);
  if (handler.kind === 'task') return performTask(performing, hosts, handler, true);
  if (handler.kind === 'meta') return runMetaHandler(performing, hosts, handler);
  for (const host of hosts)
    for (const one of await computeIncluded(performing, host, handler)) {
      await tellIncluded(performing, host, handler, one);
      if (one.kind !== 'brings') continue;
      for (const item of one.brought.items) if (item.kind === 'task') await performTask(performing, [host], item, true);
    }
}
