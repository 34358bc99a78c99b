import type { Raw } from '../../core/value.ts';
import type { Host, VarsLayer } from '../model.ts';
import { composeScope } from '../variables/compose-scope.ts';
import { LEVELS } from '../variables/levels.ts';
import type { HashBehaviour } from '../variables/merge-layers.ts';
import type { LoadedInventory } from './load-inventory.ts';

/** How to list host and group variables. */
export interface ListOptions {
  /** Show only the variables set for a host or group itself. */
  readonly export?: boolean;
  readonly extra?: VarsLayer;
  readonly hashBehaviour?: HashBehaviour;
  /** Only these hosts. */
  readonly only?: ReadonlySet<string>;
}

// Variables for a host's position in the inventory, and variables that a run would add, are not listed.
const INTERNAL = new Set([
  'inventory_file',
  'inventory_dir',
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'omit',
  'playbook_dir',
]);

/** A host's variables, as written: all that apply to it, or only its own. */
export function hostVariables(host: Host, options: ListOptions): ReadonlyMap<string, Raw> {
  const layers = options.export ? host.layers.filter(({ level }) => level >= LEVELS.inventoryHost) : host.layers;
  return listed(layers, options);
}

/** The variables set for a group itself, as written. */
export function groupVariables(
  inventory: LoadedInventory,
  name: string,
  options: ListOptions,
): ReadonlyMap<string, Raw> {
  const group = inventory.draft.groups.get(name);
  const files = inventory.folders.flatMap((folder) => inventory.reader.groupLayers(folder, name));
  const vars = listed([...(group?.layers ?? []), ...files], { hashBehaviour: options.hashBehaviour });
  return group && group.priority !== 1
    ? new Map<string, Raw>([...vars, ['ansible_group_priority', group.priority]])
    : vars;
}

function listed(layers: readonly VarsLayer[], { extra, hashBehaviour }: ListOptions): ReadonlyMap<string, Raw> {
  const scope = composeScope({
    host: { layers },
    ...(extra && { state: [extra] }),
    ...(hashBehaviour && { hashBehaviour }),
  });
  const names = [...scope.names()].filter((name) => !INTERNAL.has(name));
  return new Map(names.map((name) => [name, scope.get(name) as Raw]));
}
