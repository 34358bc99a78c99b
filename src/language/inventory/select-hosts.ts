import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic, Position, Result } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import type { Host, Inventory } from '../model.ts';
import type { LoadedInventory } from './load-inventory.ts';
import { isWild, nameTest, parsePattern, parseTerm, splitPattern, type Term } from './parse-pattern.ts';
import { isInShard, type Shard } from './shard.ts';

/** The order in which a play takes its hosts, by the values of its keyword `order`. */
const ORDERS: Readonly<Record<string, (hosts: readonly string[], random: () => number) => readonly string[]>> = {
  inventory: (hosts) => hosts,
  reverse_inventory: (hosts) => [...hosts].reverse(),
  sorted: (hosts) => [...hosts].sort(),
  reverse_sorted: (hosts) => [...hosts].sort().reverse(),
  shuffle: shuffled,
};

/** How to select hosts, in addition to the pattern. */
interface SelectOptions {
  /** A pattern that all hosts must match as well; `@file` in it means the lines of that file. */
  readonly limit?: string;
  /** The part of the hosts to which all must belong. */
  readonly shard?: Shard;
  /** inventory, sorted, reverse_sorted, reverse_inventory or shuffle. */
  readonly order?: string;
  /** How to report a term that matches nothing. */
  readonly mismatch?: 'warning' | 'error' | 'ignore';
  /** Where the pattern is written. */
  readonly at?: Position;
  /** The directory in which to look for a limit's `@file`. */
  readonly cwd?: string;
  readonly random?: () => number;
}

/** The hosts that match a pattern, in order, restricted to the limit. */
export function selectHosts(
  inventory: Inventory,
  pattern: string | readonly string[],
  options: SelectOptions = {},
): Result<string[]> {
  const notes: Diagnostic[] = [];
  const selection = { inventory, options, notes };
  const hosts = matching(selection, pattern);
  const limited =
    options.limit === undefined ? hosts : within(hosts, matching(selection, limitTerms(options.limit, selection)));
  const { shard } = options;
  const value = ordered(shard === undefined ? limited : limited.filter((host) => isInShard(host, shard)), selection);
  const failed = notes.some(({ severity }) => severity === 'error');
  return failed ? { ok: false, error: notes } : { ok: true, value, warnings: notes };
}

/** The host with a selected name; the implicit localhost if the inventory has no host of that name. */
export function hostOf(inventory: LoadedInventory, name: string): Host | undefined {
  return inventory.hosts.get(name) ?? (LOCAL_NAMES.includes(name) ? { ...inventory.localhost, name } : undefined);
}

const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

interface Selection {
  readonly inventory: Inventory;
  readonly options: SelectOptions;
  readonly notes: Diagnostic[];
}

function matching(selection: Selection, pattern: string | readonly string[]): string[] {
  const { any, both, not } = parsePattern(pattern);
  const found = [...new Set(any.flatMap((term) => hostsOfTerm(selection, term)))];
  const common = both.reduce((hosts, term) => within(hosts, hostsOfTerm(selection, term)), found);
  return not.reduce((hosts, term) => without(hosts, hostsOfTerm(selection, term)), common);
}

function within(hosts: readonly string[], others: readonly string[]): string[] {
  const set = new Set(others);
  return hosts.filter((host) => set.has(host));
}

function without(hosts: readonly string[], others: readonly string[]): string[] {
  const set = new Set(others);
  return hosts.filter((host) => !set.has(host));
}

function hostsOfTerm(selection: Selection, written: string): readonly string[] {
  // A name with brackets may be the literal name of a host, which takes precedence over any meaning of the brackets.
  if (selection.inventory.hosts.has(written)) return [written];
  const term = parseTerm(written);
  const hosts = hostsOfName(selection, term.name);
  return term.subscript === undefined ? hosts : subscripted(hosts, term.subscript);
}

function hostsOfName({ inventory, options, notes }: Selection, name: string): readonly string[] {
  const test = nameTest(name);
  if (typeof test !== 'function') {
    notes.push(note('error', 'host-pattern', `${name} is not a regular expression: ${test.problem}`, options.at));
    return [];
  }
  const groups = exact(inventory.groups, name) ?? [...inventory.groups.keys()].filter(test);
  const ofGroups = groups.flatMap((group) => inventory.groups.get(group) ?? []);
  const byName =
    groups.length > 0 && !isWild(name)
      ? []
      : (exact(inventory.hosts, name) ?? [...inventory.hosts.keys()].filter(test));
  if (groups.length > 0 || byName.length > 0) return [...new Set([...ofGroups, ...byName])];
  if (LOCAL_NAMES.includes(name)) return [name];
  noMatch(inventory, options, notes, name);
  return [];
}

const exact = (known: ReadonlyMap<string, unknown>, name: string): string[] | undefined =>
  !isWild(name) && known.has(name) ? [name] : undefined;

function subscripted(hosts: readonly string[], { from, to }: NonNullable<Term['subscript']>): readonly string[] {
  if (from < 0) return hosts.slice(from).slice(0, 1);
  return hosts.slice(from, to === undefined ? undefined : to + 1);
}

function noMatch(inventory: Inventory, options: SelectOptions, notes: Diagnostic[], name: string): void {
  if (options.mismatch === 'ignore' || notes.some(({ message }) => message.endsWith(`ignoring: ${name}`))) return;
  const message = `Could not match supplied host pattern, ignoring: ${name}`;
  const meant = suggest(name, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
  notes.push(note(options.mismatch ?? 'warning', 'unknown-host', message, options.at, meant));
}

// `@file` means the lines of a file, which is how a retry file is passed.
function limitTerms(limit: string, { options, notes }: Selection): readonly string[] {
  return splitPattern(limit).flatMap((term) =>
    term.startsWith('@') ? linesOf(term.slice(1), options, notes) : [term],
  );
}

function linesOf(file: string, options: SelectOptions, notes: Diagnostic[]): readonly string[] {
  try {
    const lines = readFileSync(resolve(options.cwd ?? process.cwd(), file), 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    notes.push(note('error', 'limit-file', limitFileProblem(file, error as NodeJS.ErrnoException)));
    return [];
  }
}

function limitFileProblem(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') return `Limit starting with "@" must be a file, not a directory: ${file}`;
  return code === 'ENOENT' ? `Unable to find limit file ${file}` : `cannot read the limit file ${file}: ${message}`;
}

function ordered(hosts: readonly string[], { options, notes }: Selection): string[] {
  const { order = 'inventory', random = Math.random, at } = options;
  const known = Object.hasOwn(ORDERS, order) ? ORDERS[order] : undefined;
  if (known) return [...known(hosts, random)];
  notes.push(
    note('error', 'host-order', `unknown order "${order}"; expected one of ${Object.keys(ORDERS).join(', ')}`, at),
  );
  return [];
}

function shuffled(hosts: readonly string[], random: () => number): string[] {
  const mixed = [...hosts];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other] as string, mixed[last] as string];
  }
  return mixed;
}

function note(severity: 'error' | 'warning', code: string, message: string, at?: Position, meant?: string): Diagnostic {
  return { severity, code, message, ...(at && { at }), ...(meant && { hint: `did you mean "${meant}"?` }) };
}
