import { groupBy } from '../../core/group-by.ts';
import type { PastThing } from '../past-things.ts';
import type { Watch } from './watch.ts';

/** What an audit looked at. */
export interface Looked {
  readonly watch: Pick<Watch, 'namesOn' | 'missedOn'>;
  /** The hosts that answered. */
  readonly hosts: readonly string[];
  /** Absolute paths. */
  readonly playbooks: readonly string[];
}

/** What may be orphans on a host: the host has not been asked yet. */
export interface Candidates {
  readonly host: string;
  /** What was put there last comes first, so that what is in a directory comes before the directory. */
  readonly things: readonly PastThing[];
  /** Things that no task declares as far as was looked at, and what was not looked at. */
  readonly doubtful?: { readonly count: number; readonly missed: readonly string[] };
}

/**
 * The things that earlier runs put on hosts and that no task of an audit declares. A thing of a playbook that is not audited, too, is
 * left alone. If something was not looked at that had been looked at when the thing was put there, it is only doubtful.
 */
export const candidatesIn = (past: readonly PastThing[], looked: Looked): readonly Candidates[] =>
  [...groupBy(past, ({ host }) => host)]
    .filter(([host]) => looked.hosts.includes(host))
    .map(([host, some]) => onHost(host, some, looked));

function onHost(host: string, past: readonly PastThing[], { watch, playbooks }: Looked): Candidates {
  const declared = watch.namesOn(host);
  const missed = [...watch.missedOn(host)];
  const dropped = [...groupBy(past, ({ thing }) => thing.name).values()].flatMap((same) => {
    const last = same.reduce((one, other) => (other.run.id > one.run.id ? other : one));
    const { name, under } = last.thing;
    const isElsewhere = same.some(({ run }) => run.playbooks.some((playbook) => !playbooks.includes(playbook)));
    return isElsewhere || declared.has(name) || under.some((one) => declared.has(one)) ? [] : [last];
  });
  const [certain, doubtful] = [true, false].map((wanted) =>
    dropped.filter((one) => (newlyMissed(missed, one).length === 0) === wanted),
  );
  const unseen = new Set((doubtful ?? []).flatMap((one) => newlyMissed(missed, one)));
  return {
    host,
    things: (certain ?? []).toSorted((one, other) => other.run.id - one.run.id || other.rank - one.rank),
    ...(unseen.size > 0 && { doubtful: { count: doubtful?.length ?? 0, missed: [...unseen].sort() } }),
  };
}

const newlyMissed = (missed: readonly string[], { missed: then }: PastThing): readonly string[] =>
  missed.filter((name) => !then.includes(name));
