import { eachLimited } from './each-limited.ts';
import type { AnyHandler } from './handlers.ts';
import type { Identity } from './host-link.ts';
import { forgetHandlers } from './journal.ts';
import { learnLeft } from './left-over.ts';
import { computeIncluded, tellIncluded } from './perform-include.ts';
import { runMetaHandler } from './perform-meta.ts';
import { performTask } from './perform-task.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';
import { quietly } from './quietly.ts';
import { settle } from './settle.ts';

/** Run the handlers that are due, each once, in the order of their definition. */
export async function flushHandlers(performing: Performing, hosts: readonly PlayHost[]): Promise<void> {
  const { play, handlers } = performing;
  if (play.run.signal.aborted) return;
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    if (host.out || !host.asked) return;
    await learnLeft(performing, host);
    for (const handler of await leftHandlers(performing, host)) {
      host.due.add(handler.id);
      // Nobody knows as whom it was noted: as the play's user, or as whom the handler runs.
      host.noteAs(play.mainIdentity(host.state));
      host.noteAs(await identityFor(performing, host, handler));
    }
    if (host.left !== undefined) host.left = { ...host.left, handlers: [] };
  });
  const ran = new Map(hosts.map((host) => [host, new Set<number>()]));
  // Handlers that notify each other, or themselves, run once in a flush; what is due again then waits for the next.
  // A host that fails goes on in its rescue at once; what is due then waits for the next flush.
  const falls = new Map(hosts.map((host) => [host, host.falls]));
  const isDue = (host: PlayHost, id: number): boolean =>
    !host.out && host.falls === falls.get(host) && host.due.has(id) && !ran.get(host)!.has(id);
  while (!play.run.signal.aborted && hosts.some((host) => [...host.due].some((id) => isDue(host, id)))) {
    for (const handler of handlers.all) {
      const due = hosts.filter((host) => isDue(host, handler.id));
      if (due.length === 0) continue;
      for (const host of due) {
        host.due.delete(handler.id);
        ran.get(host)!.add(handler.id);
      }
      await runHandler(performing, due, handler);
    }
    const known = new Set(handlers.all.map((handler) => handler.id));
    for (const host of hosts) for (const id of host.due) if (!known.has(id)) host.due.delete(id);
  }
  await eachLimited(
    hosts.filter((host) => !host.out && host.notedAs.size > 0 && !play.run.options.check),
    play.run.options.forks,
    async (host) => {
      for (const identity of host.notedAs.values())
        await quietly(host.state.link, identity, [forgetHandlers(host.name)]);
      host.notedAs.clear();
      host.dueInBlock.clear();
    },
  );
}

/** The handlers that an earlier run left due on a host. */
async function leftHandlers({ play, handlers }: Performing, host: PlayHost): Promise<readonly AnyHandler[]> {
  const left = host.left?.handlers ?? [];
  if (left.length === 0) return [];
  const due: AnyHandler[] = [];
  for (const handler of handlers.all) {
    const note = await settle({ play, state: host.state }, () => handlers.noteOf(handler, host.state));
    if (note.is === 'value' && left.includes(note.value)) due.push(handler);
  }
  return due;
}

/** As whom a handler runs; where that cannot be computed, the handler itself will say so. */
async function identityFor({ play }: Performing, host: PlayHost, handler: AnyHandler): Promise<Identity> {
  const sight = play.scopes.of(host.state, handler, host.exported);
  const own = await settle({ play, state: host.state }, () => play.identity(host.state, handler, sight));
  return own.is === 'value' ? own.value : play.mainIdentity(host.state);
}

async function runHandler(performing: Performing, hosts: readonly PlayHost[], handler: AnyHandler): Promise<void> {
  if (handler.kind === 'task') return performTask(performing, hosts, handler, true);
  if (handler.kind === 'meta') return runMetaHandler(performing, hosts, handler);
  for (const host of hosts)
    for (const one of await computeIncluded(performing, host, handler)) {
      await tellIncluded(performing, host, handler, one);
      if (one.kind !== 'brings') continue;
      for (const item of one.brought.items) if (item.kind === 'task') await performTask(performing, [host], item, true);
    }
}
