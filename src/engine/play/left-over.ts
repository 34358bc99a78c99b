import { createHash } from 'node:crypto';
import { asWritten } from '../../core/value.ts';
import type { Block, Play, Task } from '../../language/model.ts';
import { asField, type HandlerNote } from '../host/handler-note.ts';
import { type LeftOver, leftOver } from '../host/journal.ts';
import { ifKnown, retryWhenKnown } from '../task/retry-when-known.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { BatchRun } from './batch-run.ts';
import type { PlayHost } from './play-host.ts';

/** Remember what the first round revealed about an interrupted run before a change makes the host's answers stale. */
export function captureLeft(play: PlayContext, host: PlayHost): void {
  if (host.left !== undefined) return;
  const identity = ifKnown(() => play.mainIdentity(host.state));
  if (identity === undefined) return;
  const belief = host.state.link.beliefs.of(leftOver(host.name), identity.key);
  if (belief?.is !== 'answer' || !belief.answer.ok) return;
  const left = belief.answer.value as LeftOver;
  // Notes made by this run itself were not left by an earlier one.
  host.left = { ...left, handlers: left.handlers.filter(({ by }) => by?.run !== play.mark) };
}

/** Find out what an interrupted run left on the host, asking the host unless a round already has. */
export async function learnLeft(performing: BatchRun, host: PlayHost): Promise<void> {
  if (!performing.mayHaveLeft || host.left !== undefined) return;
  captureLeft(performing.play, host);
  if (host.left !== undefined) return;
  const { play } = performing;
  const identity = await retryWhenKnown({ play, state: host.state }, () => play.mainIdentity(host.state));
  if (identity.is !== 'value') return;
  const asked = await host.state.link.ask(identity.value, [leftOver(host.name)], async () => []);
  if (asked.ok) captureLeft(performing.play, host);
}

/** A block's identifier in the journal, the same in this run and the next. */
export const blockKey = (block: Block): string =>
  createHash('sha1')
    .update(`${block.at.file.split('/').at(-1)} ${JSON.stringify(block.name ?? '')} ${String(block.validate?.value)}`)
    .digest('hex')
    .slice(0, 16);

/** A task's identifier in the journal: its name and its file. */
export const taskKey = ({ at, name, type, role }: Task): string => {
  const called = name === undefined ? `${asWritten(type)} in line ${at.line}` : asWritten(name);
  return asField(`${role === undefined ? '' : `${role.name} : `}${at.file.split('/').at(-1)}: ${called}`);
};

/**
 * The section of the play that a host is in: how many of the play's own flushes (after pre_tasks, tasks and
 * post_tasks) it has reached.
 */
export const sectionOf = ({ cursor }: PlayHost, { items }: Play): number =>
  countFlushes(items.slice(0, cursor.reached));

const countFlushes = (items: Play['items']): number =>
  items.filter((item) => item.kind === 'meta' && item.action === 'flush_handlers' && item.implicit).length;

/**
 * Whether a handler that an earlier run left is due by now: the host has passed the task that notified it, or its
 * section is over. It is not due earlier, because tasks before that point may repair what would make the handler fail.
 */
export function isDueByNow({ by }: HandlerNote, host: PlayHost, play: Play): boolean {
  if (by !== undefined && host.passed.has(by.task)) return true;
  const reached = sectionOf(host, play);
  return reached >= Math.min((by?.section ?? Number.POSITIVE_INFINITY) + 1, countFlushes(play.items));
}
