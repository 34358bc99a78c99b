import type { Diagnostic, Result } from '../../core/source.ts';
import type { TaskResult } from '../../core/task-type.ts';
import { fromJs, type Raw } from '../../core/value.ts';
import {
  addChild,
  addGroup,
  addHost,
  addHostVars,
  changeInventory,
  type Draft,
  type LoadedInventory,
  reloadInventory,
} from '../../language/inventory/index.ts';
import type { Vars } from '../../language/model.ts';

type Change = (draft: Draft) => void;

/** The inventory during a run: tasks add hosts and groups, and its sources can be reread. */
export class LiveInventory {
  #now: LoadedInventory;
  readonly #changes: Change[] = [];
  readonly #changed: (now: LoadedInventory) => void;

  constructor(inventory: LoadedInventory, changed: (now: LoadedInventory) => void) {
    this.#now = inventory;
    this.#changed = changed;
  }

  /** What the result of `add_host` or `group_by` would add to the inventory; undefined for other tasks. */
  growth(result: TaskResult, host: string): Growth | undefined {
    const change = changeOf(result, host);
    if (change === undefined) return undefined;
    const before = this.#now;
    const grown = changeInventory(before, change);
    return {
      isNew: grown.ok && signature(grown.value) !== signature(before),
      add: () => {
        this.#changes.push(change);
        // Another host's task may have added something meanwhile.
        this.#take(this.#now === before ? grown : changeInventory(this.#now, change));
      },
    };
  }

  /** Reread the sources; what tasks have added stays. */
  refresh(): readonly Diagnostic[] {
    const read = reloadInventory(this.#now);
    if (!read.ok) return read.error;
    return this.#take(
      changeInventory(read.value, (draft) => {
        for (const change of this.#changes) change(draft);
      }),
    );
  }

  #take(next: Result<LoadedInventory>): readonly Diagnostic[] {
    if (!next.ok) return next.error;
    this.#now = next.value;
    this.#changed(next.value);
    return [];
  }
}

/** Hosts and groups that a task adds. */
interface Growth {
  /** Whether the inventory does not have them yet. */
  readonly isNew: boolean;
  /** Add them, for later tasks and plays. */
  add(): void;
}

interface AddedHost {
  readonly name: string;
  readonly groups: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
}
interface AddedGroup {
  readonly name: string;
  readonly parents: readonly string[];
}

function changeOf(result: TaskResult, host: string): Change | undefined {
  // The casts follow the result shapes that the task types document.
  const added = result['add_host'] as AddedHost | undefined;
  if (added !== undefined)
    return (draft) => {
      addHost(draft, added.name, 'all');
      for (const group of added.groups) addHost(draft, added.name, group);
      addHostVars(draft, added.name, varsOf(added.vars), 'add_host');
    };
  const group = result['add_group'] as AddedGroup | undefined;
  if (group === undefined) return undefined;
  return (draft) => {
    addGroup(draft, group.name);
    for (const parent of group.parents) addChild(draft, parent, group.name);
    if (draft.hosts.has(host)) addHost(draft, host, group.name);
  };
}

const varsOf = (vars: AddedHost['vars']): Vars =>
  new Map(Object.entries(vars).map(([name, value]) => [name, { value: fromJs(value) as Raw }]));

/** All hosts, their groups, and the number of variables of each. */
const signature = (inventory: LoadedInventory): string =>
  JSON.stringify([
    [...inventory.groups],
    [...inventory.children],
    [...inventory.draft.hosts].map(([name, { layers }]) => [name, layers.map(({ vars }) => [...vars.keys()])]),
  ]);
