import type { Meta } from '../../language/model.ts';
import type { BatchRun } from './batch-run.ts';
import type { PlayHost } from './play-host.ts';
import { refOf } from './task-ref.ts';

/** Perform a meta task's action on these hosts. */
export async function actMeta(
  performing: BatchRun,
  hosts: readonly PlayHost[],
  action: Exclude<Meta['action'], 'flush_handlers'>,
  meta: Meta,
): Promise<void> {
  const { role } = meta;
  const say = (text: string, host?: string) => tellMeta(performing, meta, hosts, text, host);
  switch (action) {
    case 'role_complete':
      for (const { startedRoles, completedRoles } of hosts)
        if (startedRoles.has(role?.instance ?? '')) completedRoles.add(role!.instance!);
      return;
    case 'end_role':
      for (const host of hosts) {
        say(`ending role ${role?.name} for ${host.name}`, host.name);
        host.endedRole = role?.instance;
      }
      return;
    case 'refresh_inventory':
      for (const diagnostic of performing.play.inventory.refresh())
        performing.play.run.emit({ kind: 'warning', diagnostic });
      return say('inventory successfully refreshed');
    case 'noop':
      return say(action);
    case 'end_play':
      say('ending play');
      performing.stop = 'end';
      return;
    case 'end_batch':
      say('ending batch');
      performing.stop = 'end-batch';
      return;
    case 'end_host':
      for (const host of hosts) {
        say(`ending play for ${host.name}`, host.name);
        host.end();
      }
      return;
    case 'clear_facts':
      for (const { state, name } of hosts) {
        state.facts.clear();
        performing.play.run.factCache?.forget(name);
      }
      return say('facts cleared');
    case 'clear_host_errors':
      for (const host of performing.hosts) {
        Object.assign(host.state, { failed: false, stumbled: false, unreachable: false });
        host.cursor.forgive();
      }
      return say('cleared host errors');
    case 'reset_connection':
      await Promise.all(hosts.map((host) => host.state.link.reset()));
      return say('reset connection');
  }
}

/** Reports what a meta task did: on one host, or on all of these. */
export function tellMeta(
  { play }: BatchRun,
  meta: Meta,
  hosts: readonly PlayHost[],
  text: string,
  name?: string,
): void {
  const host = hosts.find((one) => one.name === name) ?? hosts[0];
  const task = meta.implicit || host === undefined ? undefined : refOf(play, meta, host, false);
  play.run.emit({
    kind: 'meta',
    text: `META: ${text}`,
    ...(name !== undefined && { host: name }),
    ...(task !== undefined && { task }),
  });
}

/** Perform the action of a meta task that is a handler. */
export async function runMetaHandler(performing: BatchRun, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  for (const host of hosts)
    play.run.emit({
      kind: 'task-started',
      play: play.definition.id,
      task: refOf(play, meta, host, true),
      host: host.name,
    });
  // `flush_handlers` cannot be a handler: the loader refuses it.
  if (meta.action !== 'flush_handlers') return actMeta(performing, hosts, meta.action, meta);
}
