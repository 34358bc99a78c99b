import type { Outcome } from '../core/event.ts';
import type { Task } from '../core/model.ts';
import type { SessionFailure } from '../core/session.ts';
import { TemplateError } from '../template/index.ts';
import { keywordTruth } from './call.ts';
import type { Sight } from './scopes.ts';
import { Touched } from './touched.ts';

/** A task that failed before anything was asked or done; where a template did, `msg` is Ansible's, which then tells no more. */
export const failure = (message: string, msg?: string): Outcome => ({
  status: 'failed',
  changes: [],
  message,
  result: { failed: true, ...(msg === undefined ? { changed: false } : {}), msg: msg ?? message },
});

/** A task that failed before it could be computed: what it says may hold the values that `no_log` hides. */
export const failed = (task: Task, sight: Sight, message: string, msg: string | undefined): Outcome => ({
  ...failure(message, msg),
  censored: isCensored(task, sight) ? true : undefined,
});

/** Whether a task is under `no_log`; one that cannot be computed hides, to be safe. */
function isCensored({ keywords }: Task, sight: Sight): boolean {
  try {
    return keywordTruth(keywords.noLog, sight) === true;
  } catch (error) {
    if (error instanceof Touched || error instanceof TemplateError) return true;
    throw error;
  }
}

/** A task that is not for this host, or this item. */
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

/** A host that could not be asked what a task needs to know first. */
export const unreachable = (problem: SessionFailure): Outcome => ({
  status: 'unreachable',
  changes: [],
  result: { unreachable: true, msg: problem.message },
  message: problem.message,
  failure: problem,
});

/** An outcome under `ignore_errors` and `ignore_unreachable`. */
export function ignorable(outcome: Outcome, task: Task, sight: Sight): Outcome {
  if (outcome.status === 'failed' && keywordTruth(task.keywords.ignoreErrors, sight) === true)
    return { ...outcome, ignored: true };
  if (outcome.status === 'unreachable' && keywordTruth(task.keywords.ignoreUnreachable, sight) === true)
    return { ...outcome, ignored: true };
  return outcome;
}
