import { basename } from 'node:path';
import type { ReportedChange } from '../../core/event.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import { findingId, type HostFinding, ORPHAN } from '../finding.ts';
import type { History } from '../history.ts';
import type { PastThing } from '../past-things.ts';
import { droppedIn } from './dropped-in.ts';
import { type Candidates, candidatesIn, type Looked } from './find.ts';
import { type Found, lookForThings } from './look.ts';

/** What an earlier run put on a host, what no task declares any more, and what is still there. */
export interface Orphan {
  readonly host: string;
  readonly thing: PastThing;
  readonly changes: readonly ReportedChange[];
  /** For a directory: the paths in it that are no orphans themselves. */
  readonly contents: readonly string[];
  readonly finding: HostFinding;
}

/** What was found out about orphans. */
interface OrphansFound {
  readonly orphans: readonly Orphan[];
  /** The orphans, and what could not be found out. */
  readonly findings: readonly HostFinding[];
  /** Things that nobody declares and that are not there any more. */
  readonly gone: readonly { readonly host: string; readonly name: string }[];
  /** The hosts of which everything is known. */
  readonly searched: readonly string[];
}

/** Nothing was searched for. */
export const NO_ORPHANS: OrphansFound = { orphans: [], findings: [], gone: [], searched: [] };

interface Search extends Looked {
  readonly context: RunContext;
  readonly history: Pick<History, 'things'>;
  readonly secrets: Pick<Secrets, 'mask'>;
  readonly version: string;
}

/** Findings after those of all tasks and lints. */
const AFTER_LINTS = 2_000_000;

/** Compares what earlier runs put on the hosts with what the tasks of a check declared, and asks the hosts what is still there. */
export async function findOrphans(search: Search): Promise<OrphansFound> {
  const { context, history, hosts, secrets, version } = search;
  const past = history.things(hosts).filter(({ thing }) => secrets.mask(thing.name) === thing.name);
  const candidates = candidatesIn(past, search);
  const found = await lookForThings(context, candidates, version);
  const orphans = found.flatMap((one) => (one.is === 'there' ? [one] : []));
  const told = orphansOf(orphans);
  const unknown = [
    ...found.flatMap((one) => (one.is === 'unknown' ? [unknownThing(one)] : [])),
    ...candidates.flatMap(doubtsOf),
  ];
  const doubted = new Set(unknown.map(({ host }) => host));
  return secrets.mask({
    orphans: told,
    findings: [...told.map(({ finding }) => finding), ...unknown],
    gone: found.flatMap(({ host, thing, is }) => (is === 'gone' ? [{ host, name: thing.thing.name }] : [])),
    searched: hosts.filter((host) => !doubted.has(host)),
  });
}

/** The ID of the finding that a thing is an orphan: the same on all hosts. */
export const orphanId = (name: string): string => findingId({ type: ORPHAN, name, file: '', nth: 0, item: undefined });

function orphansOf(found: readonly Extract<Found, { is: 'there' }>[]): readonly Orphan[] {
  const orphaned = new Set(found.map(({ host, thing }) => `${host} ${thing.thing.name}`));
  const dropped = new Map<string, string | undefined>();
  return found.map(({ host, thing, changes }, index) => {
    const contents = pathsIn(changes).filter((path) => !orphaned.has(`${host} path ${path}`));
    const key = `${thing.run.id} ${thing.thing.name}`;
    if (!dropped.has(key)) dropped.set(key, commitOf(thing));
    const since = dropped.get(key);
    return {
      host,
      thing,
      changes,
      contents,
      finding: {
        ...foundBy(host, thing),
        kind: 'orphan',
        changes,
        reason: [
          since ?? 'declared no more',
          ...(thing.made ? [] : [FOUND]),
          ...(contents.length === 0 ? [] : [contentText(contents)]),
        ].join('; '),
        remedy: `run retire ${orphanId(thing.thing.name)}`,
        order: [AFTER_LINTS, index],
      },
    };
  });
}

const FOUND = 'it was there before a run first declared it';

const contentText = ({ length }: readonly string[]): string =>
  `${length} ${length === 1 ? 'path' : 'paths'} in it that no run put there`;

/** The paths in a directory that is to be removed; the first is its own. */
const pathsIn = (changes: readonly ReportedChange[]): readonly string[] =>
  changes.flatMap(({ what, diff }) =>
    what === 'directory'
      ? (diff?.before ?? '')
          .split('\n')
          .filter((path) => path !== '')
          .slice(1)
      : [],
  );

function commitOf({ thing, run }: PastThing): string | undefined {
  const [playbook] = run.playbooks;
  if (playbook === undefined || run.revision === undefined) return undefined;
  const { state: _, ...args } = thing.absence.args;
  const words = Object.values(args).filter((value): value is string => typeof value === 'string');
  return droppedIn(playbook, run.revision, [...words, ...words.map((word) => basename(word))]);
}

const foundBy = (host: string, { thing }: PastThing): Pick<HostFinding, 'id' | 'host' | 'task' | 'subject'> => ({
  id: orphanId(thing.name),
  host,
  task: { name: thing.task.name, type: ORPHAN },
  subject: thing.name.replace(/^path /, ''),
});

const unknownThing = ({ host, thing, why }: Extract<Found, { is: 'unknown' }>): HostFinding => ({
  ...foundBy(host, thing),
  kind: 'unknown',
  changes: [],
  reason: `no task declares it any more; whether it is still there is not known: ${why}`,
  order: [AFTER_LINTS, 0],
});

/** The most names of what was not looked at that are told. */
const MOST = 3;

function doubtsOf({ host, doubtful }: Candidates): readonly HostFinding[] {
  if (doubtful === undefined) return [];
  const { count, missed } = doubtful;
  const more = missed.length > MOST ? ` and ${missed.length - MOST} more` : '';
  const things =
    count === 1 ? '1 thing that an earlier run applied is' : `${count} things that earlier runs applied are`;
  return [
    {
      id: findingId({ type: ORPHAN, name: '', file: '', nth: 0, item: undefined }),
      kind: 'unknown',
      host,
      task: { name: 'orphans', type: ORPHAN },
      changes: [],
      reason: `${things} declared no more, unless by what was not looked at: ${missed.slice(0, MOST).join(', ')}${more}`,
      order: [AFTER_LINTS, 1],
    },
  ];
}
