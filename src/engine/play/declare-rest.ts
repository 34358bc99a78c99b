import type { Include, Item } from '../../language/model.ts';
import { breather } from '../host/breather.ts';
import { declareUnreached, missedName } from '../task/declare.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { BatchRun } from './batch-run.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';

/**
 * At the end of a play: tells what those of its tasks declare that were not looked at on a host. They are declared all the same: a
 * `rescue` that nothing needs, a handler that nothing notified, tasks that tags left out or that come after the host's end.
 */
export async function declareRest(performing: BatchRun): Promise<void> {
  const { play, handlers, hosts } = performing;
  if (play.run.options.declarations === undefined || play.run.signal.aborted) return;
  const breathe = breather();
  for (const host of hosts) {
    for (const item of plain([...play.definition.items, ...host.brought, ...handlers.all])) {
      if (item.kind === 'meta' || item.kind === 'block' || host.looked.has(item.id)) continue;
      await breathe();
      if (item.kind === 'include') missInclude(play, host, item);
      else await declareUnreached(play, host.state, item, refOf(play, item, host, false), host.exported);
    }
  }
}

/** Tells that it is not known what an include brings to a host. */
export function missInclude(play: PlayContext, host: PlayHost, include: Include): void {
  play.run.options.declarations?.miss(host.name, missedName(refOf(play, include, host, false)));
}

/** Tells that a play was not run on these hosts. */
export function missPlay({ run }: PlayContext, name: string, hosts: readonly string[]): void {
  for (const host of hosts) run.options.declarations?.miss(host, `play "${name}"`);
}

/** Items, with those in blocks. */
const plain = (items: readonly Item[]): readonly Item[] =>
  items.flatMap((item) => (item.kind === 'block' ? plain([...item.block, ...item.rescue, ...item.always]) : [item]));
