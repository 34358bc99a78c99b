import { basename, dirname } from 'node:path';
import type { Diagnostic, Position } from '../../core/source.ts';
import type { Vars, VarsLayer } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';

/** An inventory under construction: its sources are read one after the other, each adding to it. */
export interface Draft {
  readonly hosts: Map<string, HostDraft>;
  readonly groups: Map<string, GroupDraft>;
  /** Errors and warnings from the sources' readers. */
  readonly notes: Diagnostic[];
  readonly groupNames: GroupNames;
}

/**
 * What to do with characters in a group name that a variable name cannot contain, in the words of `force_valid_group_names`: `always` and
 * `silently` replace them, and `always` and `never` warn.
 */
export type GroupNames = 'never' | 'always' | 'ignore' | 'silently';

interface HostDraft {
  /** Its variables from the sources, in source order. */
  readonly layers: VarsLayer[];
}

/** A group under construction. */
export interface GroupDraft {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly layers: VarsLayer[];
  /** `ansible_group_priority`: among groups of the same depth, the higher wins. */
  priority: number;
}

/** An inventory with only the two groups that always exist. */
export function emptyDraft(groupNames: GroupNames = 'ignore'): Draft {
  const draft: Draft = { hosts: new Map(), groups: new Map(), notes: [], groupNames };
  addGroup(draft, 'all');
  addChild(draft, 'all', 'ungrouped');
  return draft;
}

/** An independent copy of a draft. */
export function copyDraft({ hosts, groups, notes, groupNames }: Draft): Draft {
  return {
    hosts: new Map([...hosts].map(([name, host]) => [name, { layers: [...host.layers] }])),
    groups: new Map([...groups].map(([name, group]) => [name, copyGroup(group)])),
    notes: [...notes],
    groupNames,
  };
}

const copyGroup = ({ hosts, children, layers, priority }: GroupDraft): GroupDraft => ({
  hosts: new Set(hosts),
  children: new Set(children),
  layers: [...layers],
  priority,
});

/** The group with a given name, created if needed. */
export function addGroup(draft: Draft, written: string): GroupDraft {
  const name = groupName(draft, written);
  warnOfName(draft, written);
  const group = draft.groups.get(name) ?? { hosts: new Set(), children: new Set(), layers: [], priority: 1 };
  draft.groups.set(name, group);
  return group;
}

/** The host with a given name, created if needed, as a member of the group. `source` is the file that names it. */
export function addHost(draft: Draft, name: string, group: string, source?: string): HostDraft {
  const host = draft.hosts.get(name) ?? { layers: source === undefined ? [] : [whereFrom(source)] };
  draft.hosts.set(name, host);
  addGroup(draft, group).hosts.add(name);
  return host;
}

/** Makes a group the child of another; a cycle is an error. */
export function addChild(draft: Draft, parent: string, child: string, at?: Position): void {
  const above = addGroup(draft, parent);
  addGroup(draft, child);
  if (reaches(draft, groupName(draft, child), groupName(draft, parent))) {
    const message = `group ${child} cannot be below ${parent}: ${parent} is already below ${child}`;
    draft.notes.push({ severity: 'error', code: 'group-loop', message, ...(at && { at }) });
    return;
  }
  above.children.add(groupName(draft, child));
}

/** Adds variables that a source sets for a group. */
export function addGroupVars(draft: Draft, name: string, vars: Vars, source: string): void {
  const group = addGroup(draft, name);
  const priority = Number(vars.get('ansible_group_priority')?.value ?? group.priority);
  group.priority = Number.isNaN(priority) ? group.priority : priority;
  const rest = new Map([...vars].filter(([key]) => key !== 'ansible_group_priority'));
  if (rest.size > 0)
    appendVars(group.layers, { level: LEVELS.inventoryGroup, from: `${source}, group ${name}`, vars: rest });
}

/** Adds variables that a source sets for an existing host. */
export function addHostVars(draft: Draft, name: string, vars: Vars, source: string): void {
  const layers = draft.hosts.get(name)?.layers;
  if (layers && vars.size > 0)
    appendVars(layers, { level: LEVELS.inventoryHost, from: `${source}, host ${name}`, vars });
}

// Merge into one layer what a file says about the same thing in several places, so that lookups have fewer layers to search.
function appendVars(layers: VarsLayer[], layer: VarsLayer): void {
  const last = layers.at(-1);
  if (last?.from !== layer.from) layers.push(layer);
  else layers[layers.length - 1] = { ...layer, vars: new Map([...last.vars, ...layer.vars]) };
}

function reaches(draft: Draft, from: string, to: string): boolean {
  return from === to || [...(draft.groups.get(from)?.children ?? [])].some((child) => reaches(draft, child, to));
}

const whereFrom = (source: string): VarsLayer => ({
  level: LEVELS.inventoryHost,
  from: 'the inventory',
  vars: new Map([
    ['inventory_file', { value: source }],
    ['inventory_dir', { value: dirname(source) }],
  ]),
});

/** The name of a source, for messages. */
export const shortSource = (file: string): string => basename(file);

/** The name that a group gets. */
export const groupName = ({ groupNames }: Draft, written: string): string =>
  groupNames === 'always' || groupNames === 'silently' ? safeName(written) : written;

/** A group name without characters that a variable name cannot contain. */
export const safeName = (name: string): string => name.replace(/^\d|[^\p{L}\p{N}_]/gu, '_');

/** Warns once about group names that are not valid variable names. */
function warnOfName({ groupNames, notes }: Draft, written: string): void {
  if (groupNames === 'ignore' || groupNames === 'silently' || safeName(written) === written) return;
  if (notes.some(({ code }) => code === 'group-name')) return;
  const done = groupNames === 'always' ? 'and automatically replaced' : 'but not replaced';
  const message = `Invalid characters were found in group names ${done}: ${written}`;
  notes.push({ severity: 'warning', code: 'group-name', message });
}
