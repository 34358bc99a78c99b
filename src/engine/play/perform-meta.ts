import type { Outcome } from '../../core/event.ts';
import type { Meta } from '../../language/model.ts';
import { failure } from '../task/early-outcomes.ts';
import { unknownOutcome, unreachable } from '../task/outcome.ts';
import { type Computation, retryWhenKnown } from '../task/retry-when-known.ts';
import { tellOutcome } from '../task/tell-outcome.ts';
import { ansibleMessage, placed } from '../variables/error-text.ts';
import { firstFalse } from '../variables/keyword-values.ts';
import { actMeta, tellMeta } from './act-meta.ts';
import type { BatchRun } from './batch-run.ts';
import { flushHandlers } from './flush-handlers.ts';
import type { PlayHost } from './play-host.ts';
import { recordOutcome } from './record-outcome.ts';
import { refOf } from './task-ref.ts';

/** Perform a meta task's action on the hosts where its condition holds. */
export async function performMeta(performing: BatchRun, hosts: readonly PlayHost[], meta: Meta): Promise<void> {
  const { play } = performing;
  for (const host of hosts) host.cursor.advance();
  const wanted: PlayHost[] = [];
  for (const host of hosts) {
    const { state } = host;
    const { value: refused, read } = await state.reading(() =>
      retryWhenKnown({ play, state }, () => ({
        by: firstFalse(meta.keywords.when, play.scopes.of(state, meta, host.exported)),
      })),
    );
    const unless = [...state.rests, ...read];
    const because = unless.at(-1);
    if (refused.is !== 'value') tellUncomputed(performing, host, meta, refused);
    else if (refused.value.by !== undefined) tellSkipped(performing, host, meta, unless);
    // If the decision to end something depends on a task that may or may not change it, a check continues and looks at
    // what follows.
    else if (because !== undefined && DECIDES.has(meta.action))
      tellUncomputed(performing, host, meta, { is: 'unknown', because });
    else wanted.push(host);
  }
  if (wanted.length === 0) return;
  if (meta.action === 'flush_handlers') {
    if (!meta.implicit)
      for (const { name } of wanted) tellMeta(performing, meta, wanted, `triggered running handlers for ${name}`, name);
    return flushHandlers(performing, wanted);
  }
  return actMeta(performing, wanted, meta.action, meta);
}

/** The actions after which something does not continue, or is forgotten. */
const DECIDES: ReadonlySet<Meta['action']> = new Set([
  'end_role',
  'end_host',
  'end_play',
  'end_batch',
  'clear_facts',
  'clear_host_errors',
]);

/** Ansible's message about what continues if the condition of a meta task does not hold. */
const continuing: Readonly<Partial<Record<Meta['action'], (host: string, role?: string) => string>>> = {
  end_role: (host, role) => `, continuing role ${role} for ${host}`,
  end_host: (host) => `, continuing execution for ${host}`,
  end_play: () => ', continuing play',
  end_batch: () => ', continuing current batch',
  clear_facts: (host) => `, not clearing facts and fact cache for ${host}`,
  flush_handlers: (host) => `, not running handlers for ${host}`,
  clear_host_errors: (host) => `, not clearing host error state for ${host}`,
};

function tellSkipped(performing: BatchRun, host: PlayHost, meta: Meta, unless: readonly string[]): void {
  if (meta.implicit) return;
  const { play } = performing;
  const { emit } = play.run;
  const reason = `${meta.action} conditional evaluated to False${continuing[meta.action]?.(host.name, meta.role?.name) ?? ''}`;
  const task = refOf(play, meta, host, false);
  const outcome: Outcome = {
    status: 'skipped',
    changes: [],
    message: reason,
    unless,
    result: { skipped: true, msg: meta.action, skip_reason: reason },
  };
  emit({ kind: 'meta', text: `META: ${reason}`, host: host.name, task });
  tellOutcome(play, host.name, task, outcome);
}

/** Whether to perform the action is not known: the play continues, but what follows may not be reached. */
function tellUncomputed(
  performing: BatchRun,
  host: PlayHost,
  meta: Meta,
  settled: Exclude<Computation<unknown>, { is: 'value' }>,
): void {
  const { play } = performing;
  const task = refOf(play, meta, host, false);
  const outcome = outcomeOf(settled);
  if (outcome.status === 'unknown') host.state.link.beliefs.markUncertain(task.name);
  tellOutcome(play, host.name, task, outcome);
  recordOutcome(play, host, meta, outcome);
}

function outcomeOf(settled: Exclude<Computation<unknown>, { is: 'value' }>): Outcome {
  if (settled.is === 'unknown') return unknownOutcome(settled.because);
  if (settled.is === 'unreachable') return unreachable(settled.failure);
  return failure(placed(settled.error), { msg: ansibleMessage(settled.error) });
}
