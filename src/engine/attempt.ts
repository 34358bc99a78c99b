import type { Outcome } from '../core/event.ts';
import { absorb } from './absorb.ts';
import { ended, inBackground, jobOf, starting } from './background.ts';
import { type Call, computeCall } from './call.ts';
import { type Converged, converge, type Target } from './converge.ts';
import { failure, ignorable, skip } from './early-outcomes.ts';
import type { HostLink } from './host-link.ts';
import type { LoopItem } from './loop.ts';
import { outcomeOf, unlessUnsettled } from './outcome.ts';
import type { Sight } from './scopes.ts';
import { createTarget } from './target.ts';
import { type Ran, sightAfter, type TaskRun } from './task-run.ts';

/** Run a task, or one item, once: its parameters computed, the host brought to them, the outcome judged. */
export async function attempt(run: TaskRun, sight: Sight, item: LoopItem | undefined): Promise<Ran> {
  const { play, state, task } = run;
  const computed = await computeCall(play, state, task, sight, false);
  if (computed.kind === 'skipped')
    return { outcome: { ...skip(computed.message, computed.condition), censored: computed.censored } };
  if (computed.kind === 'failed')
    return {
      outcome: ignorable({ ...failure(computed.message, computed.msg), censored: computed.censored }, task, sight),
    };
  const { call } = computed;
  const converged = await convergeOrStart(run, call, sight);
  const judged = outcomeOf(converged, call, (result) => sightAfter(run, item, result), task);
  const outcome = call.context.check && !call.ansible ? unlessUnsettled(judged, call) : judged;
  if (outcome.status === 'unknown') call.link.beliefs.unsettle(run.ref.name);
  absorb(play, state, task, sight, call, outcome);
  const grown = outcome.status === 'ok' && play.inventory.absorb(outcome.result, state.host.name);
  const result = withoutPrivate(outcome.result);
  const shown = outcome.result['_ansible_verbose_always'] === true ? true : undefined;
  const told: Outcome = grown
    ? { ...outcome, status: 'changed', result: { ...result, changed: true } }
    : { ...outcome, result, shown };
  return { outcome: ignorable(told, task, sight), delegatedTo: call.delegatedTo };
}

/** With `async` and `poll: 0` the commands are only started, so there is nothing to look at afterwards. */
async function convergeOrStart(run: TaskRun, call: Call, sight: Sight): Promise<Converged> {
  const { type, params, context, link } = call;
  const target = targetOf(run, call);
  const job = jobOf(run.task, call, sight, run.play.run.options.asyncDir);
  if (job !== undefined) {
    const kept = starting(type, job, (started) => {
      link.jobs.set(job.file, started);
      if (started.over === undefined) link.goingOn.add(job.file);
    });
    return converge(kept, params, context, inBackground(target, job));
  }
  if (link.goingOn.size > 0) link.beliefs.forget();
  const converged = await convergeAsToldBy(run, call, type.asksAnew === true ? anew(target, link) : target);
  if (type.asksAnew === true && 'result' in converged && converged.result['finished'] === 1)
    link.goingOn.delete(String(converged.result['results_file']));
  return run.task.async === undefined ? converged : ended(converged);
}

/** A target of which nothing is believed that was asked before. */
const anew = (target: Target, { beliefs }: HostLink): Target => ({
  ...target,
  ask(questions) {
    beliefs.forget();
    return target.ask(questions);
  },
});

/** Ansible's modules seldom mind that in a check what earlier tasks would have made is not there; ours know what it would be. */
async function convergeAsToldBy(run: TaskRun, call: Call, target: Target): Promise<Converged> {
  const { type, params, context } = call;
  const converged = await converge(type, params, context, target);
  if (!call.ansible || !context.check || converged.status !== 'failed') return converged;
  const foreseen = await converge(type, params, context, targetOf(run, { ...call, ansible: false }));
  return foreseen.status === 'ok' || foreseen.status === 'changed' ? foreseen : converged;
}

function targetOf(run: TaskRun, { link, identity, timeoutMs, delegatedTo, censored, ansible }: Call) {
  const { play, state, ref } = run;
  const { emit, signal } = play.run;
  return createTarget({
    link,
    identity,
    label: ref.name,
    signal,
    ahead: run.ahead,
    beforeChange: delegatedTo === undefined ? (changes) => run.beforeChange(changes, identity) : undefined,
    onOutput: (stream, text) => emit({ kind: 'output', task: ref, host: state.host.name, stream, text }),
    onWait: (shown) => emit({ kind: 'host-busy', host: state.host.name, doing: 'waiting', about: shown }),
    deadlineMs: timeoutMs,
    blind: ansible,
    censored,
  });
}

/** What a result tells the engine alone. */
const withoutPrivate = (result: Outcome['result']): Outcome['result'] =>
  Object.fromEntries(Object.entries(result).filter(([key]) => !key.startsWith('_ansible_')));
