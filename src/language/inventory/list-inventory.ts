import type { Raw, Value, Vaulted } from '../../core/value.ts';
import { dumpJson } from '../../template/python/json.ts';
import { str } from '../../template/python/repr.ts';
import { dumpYaml } from '../../template/python/yaml-dump.ts';
import { groupVariables, hostVariables, type ListOptions } from './host-variables.ts';
import type { LoadedInventory } from './load-inventory.ts';
import { type ShownAs, shownValue, TAGGED } from './shown-value.ts';

/** The inventory as `ansible-inventory --list` prints it. */
export function listJson(inventory: LoadedInventory, options: ListOptions = {}): string {
  const top: [Value, Value][] = [];
  for (const name of reachable(inventory)) {
    const group = jsonGroup(inventory, name, options);
    if (group.size > 0) top.push([name, group]);
  }
  const hostvars = new Map<Value, Value>();
  for (const [name, host] of inventory.hosts) {
    const vars = hostVariables(host, options);
    if (vars.size > 0 && (options.only?.has(name) ?? true)) hostvars.set(name, shownVars(vars, TAGGED));
  }
  return printJson(new Map<Value, Value>([...top, ['_meta', new Map([['hostvars', hostvars]])]]));
}

/** One host's variables as `ansible-inventory --host` prints them. */
export const hostJson = (vars: ReadonlyMap<string, Raw>): string => printJson(shownVars(vars, TAGGED));

/** One host's variables as `ansible-inventory --host --yaml` prints them. */
export const hostYaml = (vars: ReadonlyMap<string, Raw>): string => printYaml((as) => shownVars(vars, as));

function jsonGroup(inventory: LoadedInventory, name: string, options: ListOptions): Map<Value, Value> {
  const hosts = directHosts(inventory, name, options);
  const children = inventory.children.get(name) ?? [];
  const vars = options.export ? groupVariables(inventory, name, options) : new Map<string, Raw>();
  return new Map<Value, Value>([
    ...(hosts.length > 0 ? [['hosts', hosts] as [Value, Value]] : []),
    ...(children.length > 0 ? [['children', [...children]] as [Value, Value]] : []),
    ...(vars.size > 0 ? [['vars', shownVars(vars, TAGGED)] as [Value, Value]] : []),
  ]);
}

/** The inventory as `ansible-inventory --list --yaml` prints it, which can be loaded again. */
export function listYaml(inventory: LoadedInventory, options: ListOptions = {}): string {
  return printYaml((as) => {
    const seen = new Set<string>();
    return new Map([['all', yamlGroup(inventory, 'all', options, as, seen)]]);
  });
}

function yamlGroup(
  inventory: LoadedInventory,
  name: string,
  options: ListOptions,
  as: ShownAs,
  seen: Set<string>,
): Map<Value, Value> {
  const children = new Map<Value, Value>();
  for (const child of inventory.children.get(name) ?? [])
    children.set(child, yamlGroup(inventory, child, options, as, seen));
  const hosts = new Map<Value, Value>();
  for (const host of directHosts(inventory, name, options)) {
    // A host in several groups shows its variables only the first time.
    const vars = seen.has(host) ? new Map<string, Raw>() : hostVariables(inventory.hosts.get(host)!, options);
    seen.add(host);
    hosts.set(host, shownVars(vars, as));
  }
  const vars = options.export ? shownVars(groupVariables(inventory, name, options), as) : new Map<Value, Value>();
  return new Map<Value, Value>(
    [['children', children] as const, ['hosts', hosts] as const, ['vars', vars] as const].filter(
      ([, part]) => part.size > 0,
    ),
  );
}

/** The tree of groups and hosts as `ansible-inventory --graph` prints it; undefined if there is no such group. */
export function graph(
  inventory: LoadedInventory,
  start = 'all',
  options: ListOptions & { vars?: boolean } = {},
): string | undefined {
  return inventory.groups.has(start) ? `${graphGroup(inventory, start, options, 0).join('\n')}\n` : undefined;
}

function graphGroup(
  inventory: LoadedInventory,
  name: string,
  options: ListOptions & { vars?: boolean },
  depth: number,
): string[] {
  const children = (inventory.children.get(name) ?? []).flatMap((child) =>
    graphGroup(inventory, child, options, depth + 1),
  );
  const hosts = directHosts(inventory, name, options).flatMap((host) => [
    graphLine(host, depth + 1),
    ...(options.vars ? graphVars(hostVariables(inventory.hosts.get(host)!, options), depth + 2) : []),
  ]);
  const vars = options.vars ? graphVars(groupVariables(inventory, name, options), depth + 1) : [];
  return [graphLine(`@${name}:`, depth), ...children, ...hosts, ...vars];
}

const graphLine = (text: string, depth: number): string => (depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);

const MASKED: ShownAs = { vaulted: () => '********', unsafe: (text) => text };

function graphVars(vars: ReadonlyMap<string, Raw>, depth: number): string[] {
  return [...vars.keys()]
    .sort()
    .map((name) => graphLine(`{${name} = ${str(shownValue(vars.get(name) as Raw, MASKED))}}`, depth));
}

// The hosts of `all` itself appear under `ungrouped`, or under their other groups.
function directHosts(inventory: LoadedInventory, name: string, { only }: ListOptions): string[] {
  const hosts = name === 'all' ? [] : [...(inventory.draft.groups.get(name)?.hosts ?? [])];
  return only ? hosts.filter((host) => only.has(host)) : hosts;
}

function reachable(inventory: LoadedInventory): ReadonlySet<string> {
  const groups = new Set(['all']);
  for (const group of groups) for (const child of inventory.children.get(group) ?? []) groups.add(child);
  return groups;
}

const shownVars = (vars: ReadonlyMap<string, Raw>, as: ShownAs): Map<Value, Value> =>
  new Map([...vars].map(([name, value]) => [name, shownValue(value, as)]));

const printJson = (value: Value): string =>
  `${dumpJson(value, { indent: '    ', sortKeys: true, ensureAscii: false })}\n`;

/** YAML in which an encrypted value is a `!vault` block, as people write it. */
function printYaml(make: (as: ShownAs) => Value): string {
  const envelopes: Vaulted[] = [];
  const value = make({ vaulted: (vaulted) => `__vaulted_${envelopes.push(vaulted) - 1}__`, unsafe: (text) => text });
  const text = dumpYaml(value, {
    flow: false,
    indent: 2,
    width: 80,
    sortKeys: true,
    explicitStart: false,
    explicitEnd: false,
    style: '',
  });
  return text.replace(/^(\s*)(.*)__vaulted_(\d+)__$/gm, (_, indent: string, before: string, index: string) => {
    const lines = (envelopes[Number(index)] as Vaulted).envelope.trim().split('\n');
    return `${indent}${before}!vault |\n${lines.map((line) => `${indent}  ${line.trim()}`).join('\n')}`;
  });
}
