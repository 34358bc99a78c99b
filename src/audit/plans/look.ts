import type { Event, HostSummary, Reporter } from '../../core/event.ts';
import type { Diagnostic } from '../../core/source.ts';
import type { Told } from '../../report/told.ts';
import { type HostPlan, type PlanEnd, type PlannedStep, plannedTask, type Unheld } from './plan-file.ts';

/** What a check that makes a plan told. */
export interface PlanLook {
  readonly hosts: Readonly<Record<string, HostPlan>>;
  readonly summaries: Readonly<Record<string, HostSummary>>;
  readonly errors: readonly Diagnostic[];
  readonly interrupted: boolean;
  readonly exitCode: number;
}

/** A task on a host, with its items. */
interface Performed {
  /** One event, or those of the items. */
  readonly told: readonly Told[];
  /** Its failure was rescued. */
  rescued: boolean;
}

/** Collects the events of a check that makes a plan. */
export function planLook(): { readonly report: Reporter; readonly end: () => PlanLook } {
  const performed = new Map<string, Performed[]>();
  const items = new Map<string, Told[]>();
  const errors: Diagnostic[] = [];
  let finished: Extract<Event, { kind: 'run-finished' }> | undefined;
  const of = (host: string): Performed[] => {
    const known = performed.get(host) ?? [];
    performed.set(host, known);
    return known;
  };
  const report: Reporter = (event) => {
    switch (event.kind) {
      case 'play-started':
        for (const host of event.hosts) of(host);
        return;
      case 'item-finished': {
        const key = `${event.task.id} ${event.task.handler} ${event.host}`;
        const told = items.get(key);
        if (told === undefined) items.set(key, [event]);
        else told.push(event);
        return;
      }
      case 'task-finished': {
        const key = `${event.task.id} ${event.task.handler} ${event.host}`;
        const told = items.get(key) ?? [];
        items.delete(key);
        // A loop that cannot be computed has no items, and one that failed as a whole says so itself.
        of(event.host).push({ told: event.looped === true && told.length > 0 ? told : [event], rescued: false });
        return;
      }
      case 'rescued': {
        const last = of(event.host).findLast((one) => one.told.some(({ outcome }) => outcome.status === 'failed'));
        if (last !== undefined) last.rescued = true;
        return;
      }
      case 'warning':
        if (event.diagnostic.severity === 'error') errors.push(event.diagnostic);
        return;
      case 'run-finished':
        finished = event;
        return;
      default:
        return;
    }
  };
  const end = (): PlanLook => ({
    hosts: Object.fromEntries([...performed].map(([host, some]) => [host, hostPlan(some)])),
    summaries: finished?.summaries ?? {},
    errors,
    interrupted: finished?.interrupted ?? true,
    exitCode: finished?.exitCode ?? 1,
  });
  return { report, end };
}

function hostPlan(performed: readonly Performed[]): HostPlan {
  const steps: PlannedStep[] = [];
  const after: Unheld[] = [];
  const evenInCheck: PlannedStep[] = [];
  let ends: PlanEnd | undefined;
  for (const one of performed) {
    const end = endAt(one);
    const all = one.told.map((told) => ({ told, step: stepOf(told) }));
    const isEven = ({ told }: { readonly told: Told }) => told.outcome.planned?.evenInCheck === true;
    evenInCheck.push(...all.filter(isEven).flatMap(({ step }) => step ?? []));
    const own = all.filter((each) => !isEven(each)).flatMap(({ step }) => step ?? []);
    if (ends === undefined && end === undefined) steps.push(...own);
    else if (ends === undefined) ends = end;
    else if (end !== undefined) after.push(unheld(end));
    else after.push(...own.map(notHeld));
  }
  return { steps, ...(ends !== undefined && { ends }), after, evenInCheck };
}

const unheld = ({ kind: _, ...end }: PlanEnd): Unheld => end;

const notHeld = ({ task, item, changes }: PlannedStep): Unheld => ({
  task,
  ...(item !== undefined && { item }),
  reason: `as far as can be foretold, it would change ${changes.map(({ what }) => what).join(', ') || 'something'}`,
});

/** Why a plan cannot hold a task. */
function endAt({ told, rescued }: Performed): PlanEnd | undefined {
  for (const event of told) {
    const { status, would, message = '', ignored, failure, planned } = event.outcome;
    const place = { task: plannedTask(event.task), ...(event.kind === 'item-finished' && { item: event.label }) };
    const sends = planned !== undefined && planned.commands.length > 0;
    if (status === 'unreachable' && ignored !== true)
      return { ...place, kind: 'unreachable', reason: failure?.message ?? message };
    if (status === 'unknown' || (status === 'unless' && would === 'failed'))
      return { ...place, kind: 'unknown', reason: message };
    if (status === 'failed' && ignored !== true && !rescued) return { ...place, kind: 'failed', reason: message };
    if (sends && planned.unplannable !== undefined)
      return { ...place, kind: 'unplannable', reason: planned.unplannable };
  }
  return undefined;
}

/** What is planned for a task or an item; undefined if nothing is. */
function stepOf({ task, outcome, ...event }: Told): PlannedStep | undefined {
  const { changes, planned, assuming = [], unless = [], status } = outcome;
  const { commands = [], answers = [], tries, evenInCheck } = planned ?? {};
  const isChange = status === 'changed' || (status === 'unless' && outcome.would === 'changed');
  if (!isChange && commands.length === 0 && evenInCheck !== true) return undefined;
  return {
    task: plannedTask(task),
    ...('label' in event && { item: event.label }),
    changes,
    commands,
    answers,
    ...(assuming.length > 0 && { assuming }),
    ...(unless.length > 0 && { unless }),
    ...(tries !== undefined && { tries }),
  };
}
