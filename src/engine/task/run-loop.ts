import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../core/event.ts';
import { toJs } from '../../core/value.ts';
import { evaluate } from '../../template/index.ts';
import { asTold } from '../host/as-told.ts';
import { breather } from '../host/breather.ts';
import { placed } from '../variables/error-text.ts';
import { firstFalse, keywordNumber } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { declareUnknown } from './declare.ts';
import { ignorable, isCensored, uncomputed } from './early-outcomes.ts';
import { joinItems, mayJoin } from './joined.ts';
import { type LoopItem, labelText } from './loop.ts';
import { loopMessage } from './loop-message.ts';
import { isFailureUnless } from './outcome.ts';
import { registerResult } from './register-result.ts';
import { retryWhenKnown } from './retry-when-known.ts';
import { runUntil } from './run-until.ts';
import { itemResult, type JoinedItem, type Ran, sightAfter, sightBefore, type TaskRun } from './task-run.ts';

/** Run a task for each item of its loop; the outcome summarizes those of the items. */
export async function runLoop(run: TaskRun, items: readonly LoopItem[], sight: TemplateScope): Promise<Ran> {
  const { play, state, task, ref } = run;
  const outcomes: Outcome[] = [];
  const ofNow = new Set<string>(run.read);
  const pause = keywordNumber(
    task.loop?.pause === undefined ? undefined : { value: task.loop.pause, at: task.at },
    sight,
  );
  const joins = mayJoin(run);
  let joined: ReadonlyMap<LoopItem, JoinedItem> = new Map();
  const breathe = breather();
  for (const [index, item] of items.entries()) {
    await breathe();
    if (play.run.signal.aborted) break;
    // While nothing changes, there is nothing to be gained.
    if (joins && !joined.has(item) && outcomes.at(-1)?.status === 'changed')
      joined = await joinItems(run, items.slice(index));
    const turn: TaskRun = { ...run, joined: joined.get(item), earlier: outcomes.map((one) => one.result) };
    const own = sightBefore(turn, item);
    const settled = await retryWhenKnown(run, () => runUntil(turn, own, item));
    if (settled.is !== 'value') declareUnknown(run);
    const ran: Ran = settled.is === 'value' ? settled.value : { outcome: await uncomputed(settled, run, own) };
    for (const one of ran.ofNow ?? []) ofNow.add(one);
    const result = itemResult(item, ran.outcome.result);
    const { outcome, label } = await labelled(run, item, own, { ...ran.outcome, result });
    outcomes.push(outcome);
    play.run.emit({
      kind: 'item-finished',
      play: play.definition.id,
      task: ref,
      host: state.host.name,
      label,
      item: outcome.censored === true ? null : toJs(item.value),
      outcome: asTold(outcome),
      delegatedTo: ran.delegatedTo,
    });
    // A later item may read what this one registered, unless a condition skipped it.
    if (!('skip_reason' in outcome.result)) registerResult(run, { ...ran, outcome });
    if (outcome.status === 'unreachable') break;
    const { breakWhen } = task.loop ?? {};
    if (breakWhen !== undefined) {
      const broken = await retryWhenKnown(
        run,
        () => firstFalse(breakWhen, sightAfter(turn, item, result)) === undefined,
      );
      if (broken.is !== 'value') outcomes.push(await uncomputed(broken, run, own));
      else outcomes.splice(-1, 1, { ...outcome, result: { ...outcome.result, break_when_result: broken.value } });
      if (broken.is !== 'value' || broken.value) break;
    }
    if (pause !== undefined && item !== items.at(-1))
      await sleep(pause * 1000, undefined, { signal: play.run.signal }).catch(() => {});
  }
  const outcome = together(outcomes, items.length);
  // Without items, the loop expression is all that was read.
  const ended =
    items.length === 0
      ? { ...outcome, unless: run.read, censored: isCensored(task, sight) ? true : undefined }
      : outcome;
  return { outcome: ended, looped: true, ofNow: [...ofNow] };
}

/** An item's outcome with its label. As in Ansible, an item whose label cannot be computed has failed, even if it was skipped. */
async function labelled(
  run: TaskRun,
  item: LoopItem,
  sight: TemplateScope,
  outcome: Outcome,
): Promise<{ readonly outcome: Outcome; readonly label: string }> {
  const written = run.task.loop?.label;
  const label = await retryWhenKnown(run, () =>
    written === undefined ? item.value : evaluate(written, sight.scope, sight.env),
  );
  // Ansible's label for a hidden item, which fails nonetheless if its label cannot be computed.
  if (outcome.censored === true && label.is !== 'mistaken') return { outcome, label: 'None' };
  if (label.is === 'value') return { outcome, label: labelText(label.value) };
  if (label.is !== 'mistaken') return { outcome, label: String(item.index) };
  const { message } = label.error;
  const msg = `Failed to template loop_control.label: ${message}. ${message}`;
  const result = { ...outcome.result, failed: true, msg };
  const failed: Outcome = {
    ...outcome,
    status: 'failed',
    message: `loop_control.label: ${placed(label.error)}`,
    result,
  };
  return {
    outcome: await ignorable(failed, run, sight),
    label: outcome.censored === true ? 'None' : String(item.index),
  };
}

/** Combine the outcomes of a loop's items, as Ansible does. */
function together(outcomes: readonly Outcome[], wanted: number): Outcome {
  const status = statusOf(outcomes, wanted);
  const failed = outcomes.filter((one) => one.status === 'failed');
  // As in Ansible, an item whose retries were in vain counts, although `failed_when` says that it has not failed.
  const msg = loopMessage(
    status,
    wanted,
    outcomes.some((one) => one.status === 'failed' || one.result['failed'] === true),
  );
  const inDoubt = outcomes.filter((one) => one.status === 'unknown');
  const failsUnless = status === 'unknown' && inDoubt.every(isFailureUnless);
  const messages: Partial<Record<Outcome['status'], string>> = {
    skipped: msg,
    unknown: inDoubt[0]?.message,
  };
  return {
    status,
    changes: outcomes.flatMap((one) => one.changes),
    message: failed[0]?.message === undefined ? messages[status] : msg,
    ignored: failed.length > 0 && failed.every((one) => one.ignored === true) ? true : undefined,
    censored: outcomes.some((one) => one.censored === true) ? true : undefined,
    assuming: [...new Set(outcomes.flatMap((one) => one.assuming ?? []))],
    unless: unlessOf(outcomes, status),
    failure: outcomes.find((one) => one.failure !== undefined)?.failure,
    result: {
      results: outcomes.map((one) => one.result),
      ...(wanted === 0 ? {} : { msg }),
      changed: outcomes.some((one) => one.result['changed'] === true),
      ...(failed.length > 0 || failsUnless ? { failed: true } : {}),
      skipped: status === 'skipped',
      ...(status === 'skipped' && wanted === 0 ? { skipped_reason: msg } : {}),
    },
  };
}

/** What the combined outcome depends on; nothing if some item is certain to have the same status. */
function unlessOf(outcomes: readonly Outcome[], status: Outcome['status']): readonly string[] {
  const isPlain = ({ unless = [] }: Outcome): boolean => unless.length === 0;
  const decides = status !== 'ok' && status !== 'skipped';
  if (decides && outcomes.some((one) => one.status === status && isPlain(one))) return [];
  return [...new Set(outcomes.flatMap(({ unless = [] }) => unless))];
}

/** The most severe status decides; a loop is skipped if all its items are, or if it has none. */
function statusOf(outcomes: readonly Outcome[], wanted: number): Outcome['status'] {
  const gravest = (['unreachable', 'failed', 'unknown', 'changed'] as const).find((status) =>
    outcomes.some((one) => one.status === status),
  );
  if (gravest !== undefined) return gravest;
  const isSkipped = wanted === 0 || (outcomes.length > 0 && outcomes.every((one) => one.status === 'skipped'));
  return isSkipped ? 'skipped' : 'ok';
}
