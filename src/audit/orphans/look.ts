import type { EventData, ReportedChange, ToldOutcome } from '../../core/event.ts';
import { groupBy } from '../../core/group-by.ts';
import { runPlaybooks } from '../../engine/run.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import type { PastThing } from '../past-things.ts';
import type { Candidates } from './find.ts';
import { removalPlaybook } from './removal-playbook.ts';

/** What a host tells about a thing that may be an orphan. */
export type Found = { readonly host: string; readonly thing: PastThing } & (
  | { readonly is: 'there'; readonly changes: readonly ReportedChange[] }
  | { readonly is: 'gone' }
  | { readonly is: 'unknown'; readonly why: string; readonly depends: boolean }
);

/**
 * Asks the hosts which things are still there: a check of the tasks that would remove them. What depends on the removal of another thing
 * is asked once more, by itself.
 */
export async function lookForThings(
  context: RunContext,
  candidates: readonly Candidates[],
  version: string,
): Promise<readonly Found[]> {
  const all = candidates.flatMap(({ host, things }) => things.map((thing) => ({ host, thing })));
  const first = await lookAt(context, all, version);
  const found: Found[] = [];
  for (const one of first) {
    const isOpen = one.is === 'unknown' && one.depends && all.length > 1;
    found.push(...(isOpen ? await lookAt(context, [one], version) : [one]));
  }
  return found;
}

async function lookAt(
  context: RunContext,
  wanted: readonly Pick<Found, 'host' | 'thing'>[],
  version: string,
): Promise<readonly Found[]> {
  if (wanted.length === 0) return [];
  const outcomes = new Map<string, ToldOutcome>();
  const emit = (event: EventData): void => {
    if (event.kind === 'task-finished') outcomes.set(`${event.host} ${event.task.name}`, event.outcome);
    else if (event.kind === 'sent') context.emit(event);
  };
  const removals = [...groupBy(wanted, ({ host }) => host)].map(([host, some]) => ({
    host,
    things: some.map(({ thing }) => thing.thing),
  }));
  await runPlaybooks({ ...checking(context), emit }, await removalPlaybook(context, removals), version);
  return wanted.map(({ host, thing }) => ({
    host,
    thing,
    ...foundIn(thing, outcomes.get(`${host} ${thing.thing.name}`)),
  }));
}

/** A check of everything, whatever the command line says about a part of the playbooks. */
function checking(context: RunContext): RunContext {
  const { startAtTask: _start, step: _step, limit: _limit, declarations: _watch, ...options } = context.options;
  return { ...context, options: { ...options, check: true, diff: true, tags: [], skipTags: [] } };
}

type Sighted =
  | { is: 'there'; changes: readonly ReportedChange[] }
  | { is: 'gone' }
  | { is: 'unknown'; why: string; depends: boolean };

function foundIn({ thing }: PastThing, outcome: ToldOutcome | undefined): Sighted {
  if (outcome === undefined) return { is: 'unknown', why: 'the host was not asked', depends: false };
  const { status, would, changes, message = '' } = outcome;
  if (status === 'ok' || (status === 'unless' && would === 'ok')) return { is: 'gone' };
  if (status === 'changed' || (status === 'unless' && would === 'changed')) return { is: 'there', changes };
  const { gone } = thing.absence;
  if (gone !== undefined && message.startsWith(gone)) return { is: 'gone' };
  return { is: 'unknown', why: message === '' ? status : message, depends: status !== 'failed' };
}
