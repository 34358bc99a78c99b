import type { Change } from '../../core/change.ts';
import type { Command } from '../../core/command.ts';
import { type Converged, converge, type Target } from '../host/converge.ts';
import type { HostLink } from '../host/host-link.ts';
import { nowText } from '../host/now-text.ts';
import { createTarget } from '../host/target.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { ended, inBackground, jobOf, makeJobFolder, starting, waitingOf, whileTelling } from './background.ts';
import type { BoundTask } from './bind-task.ts';
import { joinedTarget } from './joined.ts';
import { watched, withLateness } from './late.ts';
import { guarded, type Noted, noting } from './planned-work.ts';
import type { TaskRun } from './task-run.ts';

/** With `async` and `poll: 0` the commands are only started, so there is nothing to look at afterwards. */
export async function convergeOrStart(
  run: TaskRun,
  call: BoundTask,
  sight: TemplateScope,
  foreseen: Change[],
  { noted, again = false }: { readonly noted?: Noted | undefined; readonly again?: boolean } = {},
): Promise<Converged> {
  const { type, params, context, link } = call;
  const waiting = waitingOf(run.task, call, sight, run.play.run.options);
  const first = waiting === undefined || !call.ansible ? [] : [makeJobFolder(waiting)];
  const foreseeing = (call: BoundTask): Target => {
    const target = guardedTarget(run, call, targetOf(run, call, foreseen, first), again);
    return noted === undefined ? target : noting(target, noted);
  };
  const own = foreseeing(call);
  const { target, isLate } = watched(run.joined === undefined ? own : joinedTarget(own, run.joined));
  const job = jobOf(run.task, call, sight, run.play.run.options.asyncDir);
  if (job !== undefined) {
    const kept = starting(type, job, (started) => {
      link.jobs.set(job.file, started);
      if (started.over === undefined) link.goingOn.add(job.file);
    });
    return converge(kept, params, context, inBackground(target, job));
  }
  if (link.goingOn.size > 0) link.beliefs.forget();
  const work = () => convergeAsToldBy(call, type.asksAnew === true ? anew(target, link) : target, foreseeing);
  const converged = await (waiting === undefined || context.check ? work() : whileTelling(waiting, tellJob(run), work));
  if (type.asksAnew === true && 'result' in converged && converged.result['finished'] === 1)
    link.goingOn.delete(String(converged.result['results_file']));
  if (waiting !== undefined) return ended(converged, waiting);
  return isLate() ? withLateness(converged, call) : converged;
}

const tellJob =
  ({ play, state }: TaskRun) =>
  (id: string, is: 'running' | 'ok' | 'failed') =>
    play.run.emit({ kind: 'job', host: state.host.name, id, is });

/** A target that discards all earlier answers before it asks. */
const anew = (target: Target, { beliefs }: HostLink): Target => ({
  ...target,
  ask(questions) {
    beliefs.forget();
    return target.ask(questions);
  },
});

/**
 * In a check, most Ansible modules tolerate that the results of earlier tasks do not exist yet; our types predict them.
 */
async function convergeAsToldBy(call: BoundTask, target: Target, by: (call: BoundTask) => Target): Promise<Converged> {
  const { type, params, context } = call;
  const converged = await converge(type, params, context, target);
  if (!call.ansible || !context.check || converged.status !== 'failed') return converged;
  const foreseen = await converge(type, params, context, by({ ...call, ansible: false }));
  if (foreseen.status === 'ok' || foreseen.status === 'changed') return foreseen;
  // Ansible's copy and template ignore what is in their way and report what they would write.
  const { would = [] } = converged;
  if (would.length === 0 || (foreseen.status !== 'unknown' && foreseen.status !== 'failed')) return converged;
  const assuming = foreseen.status === 'unknown' ? foreseen.assuming : [];
  return { status: 'changed', changes: would, result: {}, assuming, unless: [], warnings: [] };
}

function targetOf(
  run: TaskRun,
  { link, identity, timeoutMs, delegatedTo, censored, ansible }: BoundTask,
  foreseen: Change[],
  first: readonly Command[] = [],
) {
  const { play, state, ref } = run;
  const { emit, signal } = play.run;
  return createTarget({
    link,
    identity,
    signal,
    foresee: (changes) => foreseen.splice(0, foreseen.length, ...changes),
    ahead: () => run.ahead(true),
    beforeChange: async (changes) => [
      ...first,
      ...(delegatedTo === undefined ? await run.beforeChange(changes, identity) : []),
    ],
    onOutput: (stream, text) => emit({ kind: 'output', task: ref, host: state.host.name, stream, text }),
    onWait: (shown) => emit({ kind: 'host-busy', host: state.host.name, doing: 'waiting', about: shown }),
    deadlineMs: timeoutMs,
    blind: ansible,
    censored,
  });
}

/** Sends only what the plan that is applied allows, if one is. */
function guardedTarget({ play, state, ref }: TaskRun, call: BoundTask, target: Target, again: boolean): Target {
  const { guard, digest } = play.run.options.planning ?? {};
  if (guard === undefined || digest === undefined) return target;
  return guarded(target, { guard, digest }, { host: state.host.name, task: ref, again }, call);
}

/** The changes of a task that may or may not run. */
export async function wouldOf(run: TaskRun, call: BoundTask): Promise<readonly Change[] | undefined> {
  const foreseen: Change[] = [];
  const { status } = await converge(call.type, call.params, call.context, targetOf(run, call, foreseen));
  return status === 'ok' || status === 'changed' ? foreseen : undefined;
}

/** In a check: if the outcome cannot be predicted, report the current state, which is what an audit needs. */
export async function withNow(run: TaskRun, call: BoundTask, converged: Converged): Promise<Converged> {
  if (converged.status !== 'unknown' || call.ansible) return converged;
  const now = await foundNow(run, call);
  return now === undefined ? converged : { ...converged, message: `${converged.message}; now: ${now}` };
}

/** What a task would do on the host in its current state, ignoring predicted changes. */
export async function foundNow(run: TaskRun, call: BoundTask): Promise<string | undefined> {
  const target = targetOf(run, { ...call, ansible: true }, []);
  return nowText(await converge(call.type, call.params, { ...call.context, check: true }, target), call.type);
}
