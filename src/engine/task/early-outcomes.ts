import type { Outcome } from '../../core/event.ts';
import type { TaskResult } from '../../core/task-type.ts';
import type { Task } from '../../language/model.ts';
import { dependsOn } from '../host/depends-on.ts';
import { placed, toldOf } from '../variables/error-text.ts';
import { keywordTruth } from '../variables/keyword-values.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { unknownOutcome, unreachable } from './outcome.ts';
import { writtenPaths } from './perhaps.ts';
import { type Computation, ifKnown, retryWhenKnown } from './retry-when-known.ts';
import type { TaskRun } from './task-run.ts';

/** A task that failed before anything was asked or done; `told` is Ansible's result, if that differs from ours. */
export const failure = (message: string, told: TaskResult = { changed: false, msg: message }): Outcome => ({
  status: 'failed',
  changes: [],
  message,
  result: { failed: true, ...told },
});

/** A task that failed before it could be computed: the message may contain values that `no_log` hides. */
export const failed = (task: Task, sight: TemplateScope, message: string, told: TaskResult | undefined): Outcome => ({
  ...failure(message, told),
  censored: isCensored(task, sight) ? true : undefined,
});

/** Whether a task has `no_log`; if that cannot be computed, assume so to be safe. */
export function isCensored({ keywords }: Task, sight: TemplateScope): boolean {
  return ifKnown(() => keywordTruth(keywords.noLog, sight) ?? false) ?? true;
}

/** A task that does not apply to this host or this item. */
export const skip = (message: string, condition?: string): Outcome => ({
  status: 'skipped',
  changes: [],
  message: condition === undefined ? message : `${message}: ${condition}`,
  result: {
    changed: false,
    skipped: true,
    skip_reason: message,
    ...(condition === undefined ? {} : { false_condition: condition }),
  },
});

/** Apply `ignore_errors` and `ignore_unreachable` to an outcome. */
export async function ignorable(outcome: Outcome, run: TaskRun, sight: TemplateScope): Promise<Outcome> {
  const { ignoreErrors, ignoreUnreachable } = run.task.keywords;
  if (outcome.status !== 'failed' && outcome.status !== 'unreachable') return outcome;
  const written = outcome.status === 'failed' ? ignoreErrors : ignoreUnreachable;
  const ignored = await retryWhenKnown(run, () => keywordTruth(written, sight) === true);
  if (ignored.is === 'value') return ignored.value ? { ...outcome, ignored: true } : outcome;
  if (ignored.is === 'unknown')
    return {
      ...unknownOutcome(ignored.because),
      message: `${outcome.message ?? 'failed'}; whether that is ignored ${dependsOn(ignored.because)}`,
    };
  if (ignored.is === 'unreachable') return outcome;
  return { ...outcome, message: `${outcome.message ?? 'failed'}; and ${placed(ignored.error)}` };
}

/** The outcome of a task that could not be computed. */
export async function uncomputed(
  settled: Exclude<Computation<unknown>, { is: 'value' }>,
  run: TaskRun,
  sight: TemplateScope,
): Promise<Outcome> {
  if (settled.is === 'unknown') {
    run.state.link.beliefs.doubt(run.ref.name, writtenPaths(run, sight));
    return unknownOutcome(settled.because);
  }
  const outcome =
    settled.is === 'unreachable'
      ? unreachable(settled.failure)
      : failed(run.task, sight, placed(settled.error), toldOf(settled.error));
  return ignorable(outcome, run, sight);
}
