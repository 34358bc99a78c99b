import type { Change } from '../core/change.ts';
import type { Command } from '../core/command.ts';
import type { Task } from '../core/model.ts';
import type { AnyHandler } from './handlers.ts';
import type { Identity } from './host-link.ts';
import { keep, noteHandler } from './journal.ts';
import { blockKey, captureLeft } from './left-over.ts';
import { notifiedHandlers } from './notified.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';

/** Commands that go with a change, in its round: due handlers are noted, a validating block keeps what was. */
export async function beforeChange(
  performing: Performing,
  host: PlayHost,
  task: Task,
  changes: readonly Change[],
  identity: Identity,
): Promise<readonly Command[]> {
  captureLeft(performing.play, host);
  const blocks = host.cursor.validating.map(blockKey);
  const named = await notifiedBy(performing, host, task);
  const due = named.filter((handler) => !host.due.has(handler.id));
  remember(performing, host, { named, due, blocks, changes });
  // Ansible forgets what a failed host was notified of, and its scripts count on it.
  const notes =
    performing.play.run.options.ansible === true
      ? []
      : [...new Set(due.map((handler) => performing.handlers.noteOf(handler, host.state)))];
  if (notes.length > 0) host.noteAs(identity);
  const kept = blocks.flatMap((key) => {
    if (changes.some(canBePutBack)) host.touch(key, identity);
    return keep(key, changes);
  });
  return [...notes.map((note) => noteHandler(host.name, note)), ...kept];
}

const canBePutBack = ({ paths = [] }: Change): boolean => paths.length > 0;

/** What cannot be computed is told when the task has changed something, and then fails it. */
async function notifiedBy(performing: Performing, host: PlayHost, task: Task): Promise<readonly AnyHandler[]> {
  const named = await notifiedHandlers(performing, host, task);
  return named.is === 'value' ? named.value.flatMap((one) => one.handlers) : [];
}

/** Which handlers have no other reason than changes that a block may yet put back: when it does, they are not due. */
function remember(
  { handlers }: Performing,
  host: PlayHost,
  of: {
    readonly named: readonly AnyHandler[];
    readonly due: readonly AnyHandler[];
    readonly blocks: readonly string[];
    readonly changes: readonly Change[];
  },
): void {
  const inside = of.changes.every(canBePutBack) ? of.blocks : [];
  for (const [key, ids] of host.dueInBlock) if (!inside.includes(key)) for (const { id } of of.named) ids.delete(id);
  for (const key of inside)
    for (const handler of of.due) {
      const note = handlers.noteOf(handler, host.state);
      if (host.left?.handlers.includes(note) === true) continue; // due from an earlier run as well
      host.dueInBlock.set(key, (host.dueInBlock.get(key) ?? new Map<number, string>()).set(handler.id, note));
    }
}
