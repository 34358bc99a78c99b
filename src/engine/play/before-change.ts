import type { Change } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import type { Task } from '../../language/model.ts';
import type { HandlerNote } from '../host/handler-note.ts';
import type { Identity } from '../host/identity.ts';
import { keep, noteHandler } from '../host/journal.ts';
import { isNever } from '../variables/keyword-values.ts';
import type { BatchRun } from './batch-run.ts';
import type { AnyHandler } from './handlers.ts';
import { blockKey, captureLeft, sectionOf, taskKey } from './left-over.ts';
import { notifiedHandlers } from './notified.ts';
import type { PlayHost } from './play-host.ts';

/**
 * Commands to run with a change, in its round: recording handlers that become due, and saving the former state for a
 * validating block.
 */
export async function beforeChange(
  performing: BatchRun,
  host: PlayHost,
  task: Task,
  changes: readonly Change[],
  identity: Identity,
): Promise<readonly Command[]> {
  const { ansible, check } = performing.play.run.options;
  // A command that a check really runs makes no handler due, and leaves nothing on the host.
  if (check) return [];
  captureLeft(performing.play, host);
  const blocks = host.cursor.validating.map(blockKey);
  const named = await notifiedBy(performing, host, task);
  const inside = changes.every(canBePutBack) ? blocks : [];
  // Ansible forgets a failed host's notifications, and its users' scripts rely on that.
  const isNoted = ansible !== true && !isNever(task.changedWhen);
  const notes = isNoted ? newNotes(performing, host, task, { named, inside }) : [];
  remember(host, { named, inside });
  for (const { name } of notes) host.noteAs(identity, name);
  const kept = blocks.flatMap((key) => {
    if (changes.some(canBePutBack)) host.touch(key, identity);
    return keep(key, changes);
  });
  return [...notes.map((note) => noteHandler(host.name, note)), ...kept];
}

const canBePutBack = ({ paths = [] }: Change): boolean => paths.length > 0;

/** If the handlers cannot be computed, this is reported after the task has changed something, and the task fails. */
async function notifiedBy(performing: BatchRun, host: PlayHost, task: Task): Promise<readonly AnyHandler[]> {
  const named = await notifiedHandlers(performing, host, task);
  return named.is === 'value' ? named.value.flatMap((one) => one.handlers) : [];
}

/** The handlers that a change notifies, and the validating blocks that may yet roll back the whole change. */
interface Notifying {
  readonly named: readonly AnyHandler[];
  readonly inside: readonly string[];
}

/**
 * Notes for handlers that are not due yet, or are due only because of a block that does not contain this change and
 * may yet be rolled back.
 */
function newNotes(
  { handlers, play }: BatchRun,
  host: PlayHost,
  task: Task,
  { named, inside }: Notifying,
): readonly HandlerNote[] {
  const reasons = ({ id }: AnyHandler) => [...host.dueInBlock].filter(([, ids]) => ids.has(id)).map(([key]) => key);
  const due = named.filter(
    (handler) => !host.due.has(handler.id) || reasons(handler).some((key) => !inside.includes(key)),
  );
  const by = { run: play.mark, task: taskKey(task), section: sectionOf(host, play.definition) };
  return [...new Set(due.map((handler) => handlers.noteOf(handler, host.state)))].map((name) => ({
    name,
    by,
    blocks: inside,
  }));
}

/**
 * Remember which handlers are due only because of changes that a block may yet roll back: if it does, they are no
 * longer due.
 */
function remember(host: PlayHost, { named, inside }: Notifying): void {
  for (const [key, ids] of host.dueInBlock) if (!inside.includes(key)) for (const { id } of named) ids.delete(id);
  for (const key of inside)
    for (const handler of named) {
      if (host.due.has(handler.id)) continue;
      host.dueInBlock.set(key, (host.dueInBlock.get(key) ?? new Set<number>()).add(handler.id));
    }
}
