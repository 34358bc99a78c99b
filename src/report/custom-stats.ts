import { sortKeys } from './ad-hoc-lines.ts';
import type { Told } from './told.ts';

type Values = Record<string, unknown>;

/** What `set_stats` tasks recorded during a run: for each host, and for the run as a whole. */
export interface CustomStats {
  readonly ofHosts: Map<string, Values>;
  readonly ofRun: Values;
}

/** Nothing is recorded yet. */
export const noStats = (): CustomStats => ({ ofHosts: new Map(), ofRun: {} });

/** Adds what a task or one item of its loop recorded. */
export function recordStats({ ofHosts, ofRun }: CustomStats, { host, outcome }: Told): void {
  const { ansible_stats: stats } = outcome.result;
  if (!isDict(stats) || !isDict(stats['data'])) return;
  const values = stats['per_host'] === true ? (ofHosts.get(host) ?? {}) : ofRun;
  if (stats['per_host'] === true) ofHosts.set(host, values);
  for (const [name, value] of Object.entries(stats['data']))
    values[name] = stats['aggregate'] === true && name in values ? sumOf(values[name], value) : value;
}

/** The recorded values as Ansible prints them after the recap. */
export function statsLines({ ofHosts, ofRun }: CustomStats): readonly string[] {
  const hosts = [...ofHosts].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = Object.keys(ofRun).length === 0 ? [] : ['', `\tRUN: ${json(ofRun)}`];
  return [...hosts.map(([host, values]) => `\t${host}: ${json(values)}`), ...all];
}

/** Numbers are added, texts and lists joined, dicts merged. A value of another kind than the recorded one is ignored. */
function sumOf(old: unknown, added: unknown): unknown {
  if (typeof old === 'number' && typeof added === 'number') return old + added;
  if (typeof old === 'string' && typeof added === 'string') return old + added;
  if (Array.isArray(old) && Array.isArray(added)) return [...old, ...added];
  return isDict(old) && isDict(added) ? merged(old, added) : old;
}

const merged = (old: Values, added: Values): Values => ({
  ...old,
  ...Object.fromEntries(
    Object.entries(added).map(([name, value]) => {
      const before = old[name];
      return [name, isDict(before) && isDict(value) ? merged(before, value) : value];
    }),
  ),
});

const isDict = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const json = (values: Values): string => JSON.stringify(values, sortKeys, 1).replaceAll('\n', '');
