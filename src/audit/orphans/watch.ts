import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Secrets } from '../../core/secrets.ts';
import type { Thing } from '../../core/thing.ts';
import type { Declarations, Declared } from '../../engine/host/declarations.ts';

/** A thing that a run has put on hosts, or found there as declared: plain data, kept in the history. */
export interface AppliedThing {
  readonly name: string;
  readonly under: readonly string[];
  /** The task that removes it. */
  readonly absence: { readonly type: string; readonly args: Readonly<Record<string, unknown>>; readonly gone?: string };
  /** How the task reached the host, and whom it became: keywords of plays and tasks may have said so. */
  readonly as: {
    readonly connection: string;
    readonly user?: string;
    readonly become?: { readonly user: string; readonly method: string };
  };
  /** It was not there before this run: the run made it, rather than found it. */
  readonly made?: true;
  /** The task that put it there. */
  readonly task: { readonly name: string; readonly file: string };
  readonly hosts: readonly string[];
}

/** What was not looked at, on these hosts. */
export interface Missed {
  readonly names: readonly string[];
  readonly hosts: readonly string[];
}

/** What the tasks of a run or check declared. */
export interface Watch extends Declarations {
  /** The things that a run put there, in order; without those that have to do with a secret. */
  applied(secrets: Pick<Secrets, 'mask'>): readonly AppliedThing[];
  missed(): readonly Missed[];
  /** The names that tasks declare on a host. */
  namesOn(host: string): ReadonlySet<string>;
  missedOn(host: string): ReadonlySet<string>;
}

/** Collects what the tasks of a run or check declare. */
export function watchDeclarations({ asksUnrun }: Pick<Declarations, 'asksUnrun'>): Watch {
  const names = new Map<string, Set<string>>();
  const missed = new Map<string, Set<string>>();
  const applied = new Map<string, { readonly thing: Omit<AppliedThing, 'hosts'>; readonly hosts: Set<string> }>();
  const apply = ({ task, appliedAs, host, changes = [] }: Declared, { name, under = [], absence }: Thing): void => {
    if (appliedAs === undefined || absence === undefined) return;
    const { become, connection, user } = appliedAs.endpoint;
    const { type = task.type, ...how } = absence;
    const thing = {
      name,
      under,
      absence: { type, ...how },
      as: {
        connection,
        ...(user !== undefined && { user }),
        ...(become !== undefined && { become: { user: become.user, method: become.method } }),
      },
      ...(isMade(name, changes) && { made: true as const }),
      task: { name: task.name, file: resolve(task.at.file) },
    };
    const key = JSON.stringify(thing);
    const known = applied.get(key);
    if (known === undefined) applied.set(key, { thing, hosts: new Set([host]) });
    else known.hosts.add(host);
  };
  return {
    asksUnrun,
    declare(declared) {
      const own = setIn(names, declared.host);
      for (const thing of declared.things) {
        for (const name of [thing.name, ...(thing.also ?? [])]) own.add(name);
        apply(declared, thing);
      }
    },
    miss: (host, what) => void setIn(missed, host).add(what),
    applied: (secrets) =>
      [...applied.values()]
        .filter(({ thing }) => isDeepStrictEqual(secrets.mask(thing), thing))
        .map(({ thing, hosts }) => ({ ...thing, hosts: [...hosts] })),
    missed() {
      const groups = new Map<string, { readonly names: readonly string[]; readonly hosts: string[] }>();
      for (const [host, some] of missed) {
        const sorted = [...some].sort();
        const key = JSON.stringify(sorted);
        const group = groups.get(key) ?? { names: sorted, hosts: [] };
        group.hosts.push(host);
        groups.set(key, group);
      }
      return [...groups.values()];
    },
    namesOn: (host) => names.get(host) ?? new Set(),
    missedOn: (host) => missed.get(host) ?? new Set(),
  };
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set<string>();
  map.set(key, known);
  return known;
}

/** Things that are there or not. Of all others (a line, a unit that is enabled), a task that changed anything made them what they are. */
const EXISTS = /^(path|package|user|group|dataset) /;

/** Whether a task has made a thing, as far as its changes tell. */
function isMade(name: string, changes: NonNullable<Declared['changes']>): boolean {
  if (!EXISTS.test(name)) return changes.length > 0;
  const own = changes.filter(({ what }) => what === name);
  if (own.length > 0 || name.startsWith('package ')) return own.some(({ from }) => from === null);
  return changes.some(({ from }) => from === null);
}
