import { createHash } from 'node:crypto';
import type { Block } from '../core/model.ts';
import { leftOver } from './journal.ts';
import type { Performing } from './performing.ts';
import type { PlayContext } from './play-context.ts';
import type { PlayHost } from './play-host.ts';
import { ifKnown, settle } from './settle.ts';

/** Take what the first round told of an interrupted run, before a change makes it forgotten. */
export function captureLeft(play: PlayContext, host: PlayHost): void {
  if (host.left !== undefined) return;
  const identity = ifKnown(() => play.mainIdentity(host.state));
  if (identity === undefined) return;
  const belief = host.state.link.beliefs.of(leftOver(host.name), identity.key);
  if (belief?.is === 'answer' && belief.answer.ok) host.left = belief.answer.value as NonNullable<PlayHost['left']>;
}

/** Know what an interrupted run left on the host, asking where no round did. */
export async function learnLeft(performing: Performing, host: PlayHost): Promise<void> {
  if (!performing.mayHaveLeft || host.left !== undefined) return;
  captureLeft(performing.play, host);
  if (host.left !== undefined) return;
  const { play } = performing;
  const identity = await settle({ play, state: host.state }, () => play.mainIdentity(host.state));
  if (identity.is !== 'value') return;
  const asked = await host.state.link.ask(identity.value, [leftOver(host.name)], async () => []);
  if (asked.ok) captureLeft(performing.play, host);
}

/** How a block is known in the journal, in this run and the next. */
export const blockKey = (block: Block): string =>
  createHash('sha1')
    .update(`${block.at.file.split('/').at(-1)} ${JSON.stringify(block.name ?? '')} ${String(block.validate?.value)}`)
    .digest('hex')
    .slice(0, 16);
