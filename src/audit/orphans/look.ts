import type { Event, EventData, ReportedChange, ToldOutcome } from '../../core/event.ts';
import { runPlaybooks } from '../../engine/run.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import type { PastThing } from '../history.ts';
import type { Candidates } from './find.ts';
import { removalPlaybook } from './removal-playbook.ts';

/** What a host tells about a thing that may be an orphan. */
export type Found = { readonly host: string; readonly thing: PastThing } & (
  | { readonly is: 'there'; readonly changes: readonly ReportedChange[] }
  | { readonly is: 'gone' }
  | { readonly is: 'unknown'; readonly why: string }
);

type TaskEnd = Extract<Event, { kind: 'task-finished' }>;

/** Asks the hosts which things are still there: a check of the tasks that would remove them. */
export async function lookForThings(
  context: RunContext,
  candidates: readonly Candidates[],
  version: string,
): Promise<readonly Found[]> {
  const wanted = candidates.filter(({ things }) => things.length > 0);
  if (wanted.length === 0) return [];
  const outcomes = new Map<string, ToldOutcome>();
  const emit = (event: EventData): void => {
    if (event.kind === 'task-finished') outcomes.set(keyOf(event), event.outcome);
    else if (event.kind === 'sent') context.emit(event);
  };
  const asking = { ...checking(context), emit };
  const playbooks = await removalPlaybook(
    context,
    wanted.map(({ host, things }) => ({ host, things: things.map(({ thing }) => thing) })),
  );
  await runPlaybooks(asking, playbooks, version);
  return wanted.flatMap(({ host, things }) =>
    things.map((thing) => ({ host, thing, ...foundIn(thing, outcomes.get(`${host} ${thing.thing.name}`)) })),
  );
}

const keyOf = ({ host, task }: Omit<TaskEnd, 'time'>): string => `${host} ${task.name}`;

/** A check of everything, whatever the command line says about a part of the playbooks. */
function checking(context: RunContext): RunContext {
  const { startAtTask: _start, step: _step, limit: _limit, declarations: _watch, ...options } = context.options;
  return { ...context, options: { ...options, check: true, diff: true, tags: [], skipTags: [] } };
}

type Told = { is: 'there'; changes: readonly ReportedChange[] } | { is: 'gone' } | { is: 'unknown'; why: string };

function foundIn({ thing }: PastThing, outcome: ToldOutcome | undefined): Told {
  if (outcome === undefined) return { is: 'unknown', why: 'the host was not asked' };
  const { status, would, changes, message = '' } = outcome;
  if (status === 'ok' || (status === 'unless' && would === 'ok')) return { is: 'gone' };
  if (status === 'changed' || (status === 'unless' && would === 'changed')) return { is: 'there', changes };
  const { gone } = thing.absence;
  if (gone !== undefined && message.startsWith(gone)) return { is: 'gone' };
  return { is: 'unknown', why: message === '' ? status : message };
}
