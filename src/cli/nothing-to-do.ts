import { dirname } from 'node:path';
import type { Diagnostic } from '../core/source.ts';
import { INVENTORY_NAMES } from '../language/inventory/near-inventory.ts';
import type { Play } from '../language/model.ts';
import { hostsOf, isSettled, mayAddHosts } from './listings.ts';
import type { Loaded } from './load-all.ts';

/**
 * Reports a run that has no hosts as an error, because it must not count as a success. A run whose plays may add hosts to the inventory is
 * not reported. An empty group is only a warning, because cloud inventories have empty groups.
 */
export function nothingToDo(loaded: Loaded, severity: Diagnostic['severity']): readonly Diagnostic[] {
  const { playbooks, context } = loaded;
  const { shard: _shard, ...options } = context.options;
  // Whether there are any hosts at all: a part of them may be empty.
  const whole = { ...context, options };
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  if (plays.length === 0 || mayAddHosts(plays)) return [];
  const idle = plays.filter((play) => isSettled(play) && hostsOf(play, whole).length === 0);
  const [first] = idle;
  if (first === undefined) return [];
  if (context.inventory.hosts.size === 0) return [noHosts(loaded, first, severity)];
  if (idle.length < plays.length) return [];
  const { limit } = context.options;
  if (limit !== undefined)
    return [{ severity, code: 'empty-limit', message: `no play has any hosts within the limit \`${limit}\`` }];
  return [
    { severity: 'warning', code: 'no-hosts', message: 'no play has any hosts: nothing to do', at: first.hosts.at },
  ];
}

function noHosts({ context }: Loaded, play: Play, severity: Diagnostic['severity']): Diagnostic {
  const { sources } = context.inventory;
  const { playbookDir } = context.runFacts;
  const message =
    sources.length === 0
      ? 'there is no inventory, so this play has no hosts'
      : `the inventory ${sources.join(', ')} has no hosts, so this play has none`;
  const searched = `looked for ${INVENTORY_NAMES.join(', ')} in ${playbookDir} and ${dirname(playbookDir)}, and for /etc/ansible/hosts; `;
  const hint = `${sources.length === 0 ? searched : ''}specify an inventory with -i FILE, or hosts with -i host1,host2 (a single host: -i host1,); for this machine alone, use \`hosts: localhost\``;
  return { severity, code: 'no-inventory', message, at: play.hosts.at, hint };
}
