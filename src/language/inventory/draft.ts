import { basename, dirname } from 'node:path';
import type { Diagnostic, Position } from '../../core/source.ts';
import type { Vars, VarsLayer } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';

/** An inventory while its sources are read, one after the other, each adding to what is there. */
export interface Draft {
  readonly hosts: Map<string, HostDraft>;
  readonly groups: Map<string, GroupDraft>;
  /** What the sources' readers have to say: mistakes and warnings. */
  readonly notes: Diagnostic[];
  /** What a group of that name is called: where configured, with nothing in it that a variable's name could not have. */
  readonly groupName: (written: string) => string;
}

interface HostDraft {
  /** Its variables by the sources, in their order. */
  readonly layers: VarsLayer[];
}

/** A group while the sources of the inventory are read. */
export interface GroupDraft {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly layers: VarsLayer[];
  /** `ansible_group_priority`: among groups of one depth, the higher wins. */
  priority: number;
}

/** An inventory with nothing but the two groups that are always there. */
export function emptyDraft(groupName: (written: string) => string = (written) => written): Draft {
  const draft: Draft = { hosts: new Map(), groups: new Map(), notes: [], groupName };
  addGroup(draft, 'all');
  addChild(draft, 'all', 'ungrouped');
  return draft;
}

/** A draft of its own with the same content. */
export function copyDraft({ hosts, groups, notes, groupName }: Draft): Draft {
  return {
    hosts: new Map([...hosts].map(([name, host]) => [name, { layers: [...host.layers] }])),
    groups: new Map([...groups].map(([name, group]) => [name, copyGroup(group)])),
    notes: [...notes],
    groupName,
  };
}

const copyGroup = ({ hosts, children, layers, priority }: GroupDraft): GroupDraft => ({
  hosts: new Set(hosts),
  children: new Set(children),
  layers: [...layers],
  priority,
});

/** The group of that name, made if it is new. */
export function addGroup(draft: Draft, written: string): GroupDraft {
  const name = draft.groupName(written);
  const group = draft.groups.get(name) ?? { hosts: new Set(), children: new Set(), layers: [], priority: 1 };
  draft.groups.set(name, group);
  return group;
}

/** The host of that name, made if it is new, as a member of the group. `source` is the file that names it. */
export function addHost(draft: Draft, name: string, group: string, source?: string): HostDraft {
  const host = draft.hosts.get(name) ?? { layers: source === undefined ? [] : [whereFrom(source)] };
  draft.hosts.set(name, host);
  addGroup(draft, group).hosts.add(name);
  return host;
}

/** Puts a group below another; a circle is a mistake. */
export function addChild(draft: Draft, parent: string, child: string, at?: Position): void {
  const above = addGroup(draft, parent);
  addGroup(draft, child);
  if (reaches(draft, draft.groupName(child), draft.groupName(parent))) {
    const message = `group ${child} cannot be below ${parent}: ${parent} is below ${child} already`;
    draft.notes.push({ severity: 'error', code: 'group-loop', message, ...(at && { at }) });
    return;
  }
  above.children.add(draft.groupName(child));
}

/** Variables that a source gives to a group. */
export function addGroupVars(draft: Draft, name: string, vars: Vars, source: string): void {
  const group = addGroup(draft, name);
  const priority = Number(vars.get('ansible_group_priority')?.value ?? group.priority);
  group.priority = Number.isNaN(priority) ? group.priority : priority;
  const rest = new Map([...vars].filter(([key]) => key !== 'ansible_group_priority'));
  if (rest.size > 0)
    appendVars(group.layers, { level: LEVELS.inventoryGroup, from: `${source}, group ${name}`, vars: rest });
}

/** Variables that a source gives to a host that is there. */
export function addHostVars(draft: Draft, name: string, vars: Vars, source: string): void {
  const layers = draft.hosts.get(name)?.layers;
  if (layers && vars.size > 0)
    appendVars(layers, { level: LEVELS.inventoryHost, from: `${source}, host ${name}`, vars });
}

// A file that speaks of one thing several times makes one layer: fewer to look through.
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

/** The name of a source, for people. */
export const shortSource = (file: string): string => basename(file);

/** A group's name with nothing in it that a variable's name could not have. */
export const safeName = (name: string): string => name.replace(/^\d|[^\p{L}\p{N}_]/gu, '_');
