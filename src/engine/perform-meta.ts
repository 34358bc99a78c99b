import type { Outcome } from '../core/event.ts';
import type { Meta } from '../core/model.ts';
import { firstFalse } from './call.ts';
import { flushHandlers } from './flush-handlers.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';
import { settled } from './settled.ts';
import { refOf } from './task-ref.ts';

/** Do what a meta task says: to the hosts for which its condition holds. */
export async function performMeta(performing: Performing, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  for (const host of hosts) host.cursor.advance();
  const wanted = hosts.filter((host) => {
    const refused = settled(() => firstFalse(meta.keywords.when, play.scopes.of(host.state, meta, host.exported)));
    if (refused !== undefined && !meta.implicit) tellSkipped(performing, host, meta);
    return refused === undefined;
  });
  if (wanted.length > 0) return act(performing, wanted, meta);
}

/** Do what a meta task says that is a handler. */
export async function runMetaHandler(performing: Performing, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  for (const host of hosts)
    play.run.emit({ kind: 'task-started', play: play.play.id, task: refOf(play, meta, host, true), host: host.name });
  return act(performing, hosts, meta);
}

async function act(performing: Performing, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const tell = (text: string, host?: string) => performing.play.run.emit({ kind: 'meta', text: `META: ${text}`, host });
  switch (meta.action) {
    case 'flush_handlers':
      return flushHandlers(performing, hosts);
    case 'role_complete':
      for (const { startedRoles, completedRoles } of hosts)
        if (startedRoles.has(meta.role?.instance ?? '')) completedRoles.add(meta.role!.instance!);
      return;
    case 'end_role':
      for (const host of hosts) {
        tell(`ending role ${meta.role?.name} for ${host.name}`, host.name);
        host.endedRole = meta.role?.instance;
      }
      return;
    case 'refresh_inventory':
      for (const diagnostic of performing.play.inventory.refresh())
        performing.play.run.emit({ kind: 'warning', diagnostic });
      return tell('inventory successfully refreshed');
    case 'noop':
      return tell(meta.action);
    case 'end_play':
      tell('ending play');
      performing.stop = 'end';
      return;
    case 'end_batch':
      tell('ending batch');
      performing.stop = 'end-batch';
      return;
    case 'end_host':
      for (const host of hosts) {
        tell(`ending play for ${host.name}`, host.name);
        host.end();
      }
      return;
    case 'clear_facts':
      for (const { state, name } of hosts) {
        state.facts.clear();
        performing.play.run.factCache?.forget(name);
      }
      return tell('facts cleared');
    case 'clear_host_errors':
      for (const host of performing.hosts) {
        Object.assign(host.state, { failed: false, unreachable: false });
        host.cursor.forgive();
      }
      return tell('cleared host errors');
    case 'reset_connection':
      await Promise.all(hosts.map((host) => host.state.link.reset()));
      return tell('reset connection');
  }
}

/** What goes on where the condition of a meta task does not hold. */
const continuing: Readonly<Partial<Record<Meta['action'], (host: string, role?: string) => string>>> = {
  end_role: (host, role) => `, continuing role ${role} for ${host}`,
  end_host: (host) => `, continuing execution for ${host}`,
  end_play: () => ', continuing play',
  end_batch: () => ', continuing current batch',
  clear_facts: (host) => `, not clearing facts and fact cache for ${host}`,
  clear_host_errors: (host) => `, not clearing host error state for ${host}`,
};

function tellSkipped({ play }: Performing, host: PlayHost, meta: Meta): void {
  const { emit } = play.run;
  const reason = `${meta.action} conditional evaluated to False${continuing[meta.action]?.(host.name, meta.role?.name) ?? ''}`;
  const task = refOf(play, meta, host, false);
  const outcome: Outcome = {
    status: 'skipped',
    changes: [],
    message: reason,
    result: { changed: false, skipped: true, msg: meta.action, skip_reason: reason },
  };
  emit({ kind: 'meta', text: `META: ${reason}`, host: host.name });
  emit({ kind: 'task-started', play: play.play.id, task, host: host.name });
  emit({ kind: 'task-finished', play: play.play.id, task, host: host.name, outcome, tookMs: 0 });
}
