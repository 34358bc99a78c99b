import type { Host, Inventory, VarsLayer } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import type { Draft, GroupDraft } from './draft.ts';
import type { VarsFolder, VarsReader } from './vars-folders.ts';

/** Turns a draft into the finished inventory: groups ordered, every host with all its variables. */
export function freeze(
  draft: Draft,
  folders: readonly VarsFolder[],
  reader: VarsReader,
): Omit<Inventory, 'sources'> & { localhost: Host } {
  adopt(draft);
  const parents = parentsOf(draft);
  const depths = depthsOf(draft);
  const layersOf = layersByGroups(draft, folders, reader);
  const hosts = new Map<string, Host>();
  const direct = directGroups(draft);
  for (const [name, { layers }] of draft.hosts) {
    const groups = ancestors(direct.get(name) ?? [], parents)
      .filter((group) => group !== 'all')
      .sort(byStrength(draft, depths));
    hosts.set(name, { name, groups, layers: [...layersOf(groups), ...hostLayers(name, layers, folders, reader)] });
  }
  return {
    hosts,
    groups: new Map([...draft.groups.keys()].map((name) => [name, membersOf(draft, name)])),
    children: new Map([...draft.groups].map(([name, { children }]) => [name, [...children]])),
    localhost: {
      name: 'localhost',
      groups: [],
      layers: [...layersOf([]), ...hostLayers('localhost', [LOCAL], folders, reader)],
    },
  };
}

const LOCAL: VarsLayer = {
  level: LEVELS.inventoryHost,
  from: 'the implicit localhost',
  vars: new Map([
    ['ansible_connection', { value: 'local' }],
    ['ansible_python_interpreter', { value: '/usr/bin/python3' }],
  ]),
};

// Puts every group below `all` and every host into some group: `ungrouped`, if it has no other.
function adopt(draft: Draft): void {
  const all = draft.groups.get('all') as GroupDraft;
  const ungrouped = draft.groups.get('ungrouped') as GroupDraft;
  const below = new Set([...draft.groups.values()].flatMap(({ children }) => [...children]));
  for (const name of draft.groups.keys()) if (name !== 'all' && !below.has(name)) all.children.add(name);
  const grouped = new Set<string>();
  for (const [name, { hosts }] of draft.groups) {
    if (name !== 'all' && name !== 'ungrouped') for (const host of hosts) grouped.add(host);
  }
  for (const host of draft.hosts.keys()) {
    if (grouped.has(host)) ungrouped.hosts.delete(host);
    else ungrouped.hosts.add(host);
  }
}

function parentsOf(draft: Draft): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of draft.groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  return parents;
}

/** The longest path from `all` to each group. */
function depthsOf(draft: Draft): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number): void => {
    if ((depths.get(name) ?? -1) >= depth) return;
    depths.set(name, depth);
    for (const child of draft.groups.get(name)?.children ?? []) visit(child, depth + 1);
  };
  visit('all', 0);
  return depths;
}

function directGroups(draft: Draft): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, { hosts }] of draft.groups) {
    for (const host of hosts) {
      const known = groups.get(host);
      if (known) known.push(name);
      else groups.set(host, [name]);
    }
  }
  return groups;
}

function ancestors(groups: readonly string[], parents: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set(groups);
  for (const group of found) for (const parent of parents.get(group) ?? []) found.add(parent);
  return [...found];
}

const byStrength = (draft: Draft, depths: ReadonlyMap<string, number>) => (a: string, b: string) =>
  (depths.get(a) ?? 0) - (depths.get(b) ?? 0) ||
  (draft.groups.get(a)?.priority ?? 1) - (draft.groups.get(b)?.priority ?? 1) ||
  (a < b ? -1 : 1);

// Hosts in the same groups share one list: a thousand hosts have few combinations.
function layersByGroups(draft: Draft, folders: readonly VarsFolder[], reader: VarsReader) {
  const known = new Map<string, readonly VarsLayer[]>();
  return (groups: readonly string[]): readonly VarsLayer[] => {
    const key = groups.join('\n');
    const layers = known.get(key) ?? groupLayers(draft, groups, folders, reader);
    known.set(key, layers);
    return layers;
  };
}

function groupLayers(
  draft: Draft,
  groups: readonly string[],
  folders: readonly VarsFolder[],
  reader: VarsReader,
): readonly VarsLayer[] {
  const own = ['all', ...groups].flatMap((group) => draft.groups.get(group)?.layers ?? []);
  const files = folders.flatMap((folder) => ['all', ...groups].flatMap((group) => reader.groupLayers(folder, group)));
  return byLevel([...own, ...files]);
}

function hostLayers(
  name: string,
  own: readonly VarsLayer[],
  folders: readonly VarsFolder[],
  reader: VarsReader,
): readonly VarsLayer[] {
  return byLevel([...own, ...folders.flatMap((folder) => reader.hostLayers(folder, name))]);
}

const byLevel = (layers: readonly VarsLayer[]) => [...layers].sort((a, b) => a.level - b.level);

/** The hosts of a group and of all its descendants, breadth first. */
function membersOf(draft: Draft, name: string): readonly string[] {
  const groups = new Set([name]);
  for (const group of groups) for (const child of draft.groups.get(group)?.children ?? []) groups.add(child);
  return [...new Set([...groups].flatMap((group) => [...(draft.groups.get(group)?.hosts ?? [])]))];
}
