import type { Meta } from '../core/model.ts';
import { firstFalse } from './call.ts';
import { flushHandlers } from './flush-handlers.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';
import { settled } from './settled.ts';

/** Do what a meta task says: to the hosts for which its condition holds. */
export async function performMeta(performing: Performing, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  const wanted = hosts.filter((host) => {
    const refused = settled(() => firstFalse(meta.keywords.when, play.scopes.of(host.state, meta, host.exported)));
    return refused === undefined;
  });
  for (const host of hosts) host.cursor.advance();
  for (const host of hosts)
    if (!wanted.includes(host) && meta.action === 'end_host')
      play.run.emit({
        kind: 'meta',
        text: `META: end_host conditional evaluated to False, continuing execution for ${host.name}`,
        host: host.name,
      });
  if (wanted.length === 0) return;
  const tell = (text: string, host?: string) => play.run.emit({ kind: 'meta', text, host });
  switch (meta.action) {
    case 'flush_handlers':
      return flushHandlers(performing, wanted);
    case 'noop':
    case 'role_complete':
    case 'refresh_inventory':
    case 'end_role':
      return meta.implicit ? undefined : tell(`META: ${meta.action}`);
    case 'end_play':
      tell('META: ending play');
      performing.stop = 'end';
      return;
    case 'end_batch':
      tell('META: ending batch');
      performing.stop = 'end-batch';
      return;
    case 'end_host':
      for (const host of wanted) {
        tell(`META: ending play for ${host.name}`, host.name);
        host.end();
      }
      return;
    case 'clear_facts':
      for (const host of wanted) host.state.facts.clear();
      return tell('META: facts cleared');
    case 'clear_host_errors':
      for (const host of performing.hosts) Object.assign(host.state, { failed: false, unreachable: false });
      return tell('META: cleared host errors');
    case 'reset_connection':
      for (const host of wanted) host.state.link.beliefs.forget();
      return tell('META: reset connection');
  }
}
