import type { PlannedCommand, TaskRef } from '../../core/event.ts';
import type { Guard } from '../../engine/host/planning.ts';
import { fitted } from '../../report/told.ts';
import { type PlanEnd, type PlanFile, type PlannedStep, placeOfTask, plannedTask } from './plan-file.ts';

/** A guard that lets pass what a plan holds, and what has been left out in the end. */
interface PlanGuard extends Guard {
  /** Where hosts have left their plans, in sentences: other commands would have been needed, or planned ones were not sent. */
  left(): readonly string[];
}

/** How far a host has come in its plan. */
interface Progress {
  readonly steps: readonly PlannedStep[];
  /** The next step, and how many of its commands have been sent. */
  at: number;
  sent: number;
  /** The last commands that were let pass, and how often: they may be sent again by a task that is tried again. */
  last: { readonly step: PlannedStep; readonly digests: readonly string[]; times: number } | undefined;
  /** Why the host has left its plan. */
  lost: string | undefined;
  isOver: boolean;
}

/** Guards a run that applies a plan: on each host, exactly its commands, in their order. */
export function planGuard({ hosts }: Pick<PlanFile, 'hosts'>): PlanGuard {
  const progresses = new Map(
    Object.entries(hosts).map(([host, { steps }]): [string, Progress] => [
      host,
      {
        steps: steps.filter(({ commands }) => commands.length > 0),
        at: 0,
        sent: 0,
        last: undefined,
        lost: undefined,
        isOver: false,
      },
    ]),
  );
  const free = new Set(
    Object.entries(hosts).flatMap(([host, { evenInCheck }]) =>
      evenInCheck.map(({ task }) => `${host} ${placeOfTask(task)}`),
    ),
  );
  return {
    refuses({ host, task, again }, digests) {
      const progress = progresses.get(host);
      if (free.has(`${host} ${placeOfTask(plannedTask(task))}`)) return undefined;
      if (progress === undefined) return `nothing was sent: ${host} is not in the plan`;
      if (progress.lost !== undefined) return `nothing was sent: this host has left its plan (${progress.lost})`;
      const why = refusal(progress, { task, again }, digests);
      if (why !== undefined) progress.lost = why;
      return why === undefined ? undefined : `nothing was sent: ${why}; plan again`;
    },
    endsBefore(host, task) {
      const ends = hosts[host]?.ends;
      const progress = progresses.get(host);
      if (ends === undefined || progress === undefined) return undefined;
      const isHere =
        progress.isOver ||
        (progress.at >= progress.steps.length &&
          (hasNoPlace(ends) || placeOfTask(plannedTask(task)) === placeOfTask(ends.task)));
      if (!isHere) return undefined;
      const isNew = !progress.isOver;
      progress.isOver = true;
      return { why: `the plan ends here: ${ends.reason}`, isNew };
    },
    left: () =>
      [...progresses].flatMap(([host, { steps, at, sent, lost }]) => {
        const next = steps[at];
        if (lost !== undefined) return [`${host} has left its plan: ${lost}`];
        if (next === undefined) return [];
        const count = steps.slice(at).reduce((sum, { commands }) => sum + commands.length, -sent);
        return [
          `${host}: ${count} planned ${count === 1 ? 'command was' : 'commands were'} not sent, from "${next.task.name}" on`,
        ];
      }),
  };
}

/** Whether a plan ends before any further task, because it does not end at one: no login, or a play that cannot be computed. */
const hasNoPlace = ({ kind, task }: PlanEnd): boolean => kind === 'unreachable' || task.type === 'play';

/** Why these commands are not the next ones; undefined if they are, which is then noted. */
function refusal(
  progress: Progress,
  { task, again }: { readonly task: TaskRef; readonly again: boolean },
  digests: readonly string[],
): string | undefined {
  const { last } = progress;
  const place = placeOfTask(plannedTask(task));
  if (again && last !== undefined && placeOfTask(last.step.task) === place && same(last.digests, digests)) {
    last.times++;
    return last.times <= (last.step.tries ?? 1) ? undefined : 'it has been tried as often as was planned';
  }
  const step = progress.steps[progress.at];
  if (step === undefined) return `"${task.name}" needs commands, but no more are planned for this host`;
  if (placeOfTask(step.task) !== place)
    return `"${task.name}" needs commands, but the next planned ones are those of "${step.task.name}"`;
  const next = step.commands.slice(progress.sent, progress.sent + digests.length);
  if (
    !same(
      next.map(({ digest }) => digest),
      digests,
    )
  )
    return otherCommands(next);
  progress.sent += digests.length;
  progress.last = { step, digests, times: 1 };
  if (progress.sent === step.commands.length) {
    progress.at++;
    progress.sent = 0;
  }
  return undefined;
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((digest, index) => digest === other[index]);

const otherCommands = (next: readonly PlannedCommand[]): string =>
  `its commands are not the planned ones: ${fitted(next.map(({ script }) => script).join('; ') || 'none', 300)}`;
