import type { Outcome, ReportedChange } from '../../core/event.ts';
import type { AnyQuestion } from '../../core/question.ts';
import type { SessionFailure } from '../../core/session.ts';
import type { TaskResult } from '../../core/task-type.ts';
import type { Task } from '../../language/model.ts';
import { TemplateError } from '../../template/index.ts';
import type { Converged } from '../host/converge.ts';
import { dependsOn } from '../host/depends-on.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import { ansibleMessage, placedCondition } from '../variables/error-text.ts';
import { conditionText, firstFalse } from '../variables/keyword-values.ts';
import { wouldRun } from '../variables/partly-known.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import type { BoundTask } from './bind-task.ts';

/** An outcome that a check cannot determine, because of an earlier change or skipped command. */
export const unknownOutcome = (because: string): Outcome => ({
  status: 'unknown',
  changes: [],
  message: dependsOn(because),
  assuming: [because],
  result: {},
});

/**
 * Whether the host can be reached, but does not let us become the task's user, or a plan does not let the commands pass:
 * then the task has failed.
 */
export const isRefusal = ({ reason }: SessionFailure): boolean => reason === 'become' || reason === 'unplanned';

/** Whether the host may be there later, without anybody doing anything. */
export const isTransient = ({ reason }: SessionFailure): boolean =>
  reason === 'unreachable' || reason === 'lost' || reason === 'late' || reason === 'locked';

/** The outcome if the host could not be asked, or did not let us become the task's user. */
export function unreachable(failure: SessionFailure): Outcome {
  const { reason, message } = failure;
  if (reason === 'unasked') return unknownOutcome(message);
  return {
    status: isRefusal(failure) ? 'failed' : 'unreachable',
    changes: [],
    message,
    failure,
    result: { changed: false, ...(isRefusal(failure) ? { failed: true } : { unreachable: true }), msg: message },
  };
}

/**
 * A failure in a check may occur only because a check changes nothing: the outcome is then unknown, since these tasks
 * may resolve the failure.
 */
export function unlessMended(outcome: Outcome, converged: Converged, call: BoundTask): Outcome {
  if (outcome.status !== 'failed') return outcome;
  const because = call.type.controllerOnly === true ? [] : uncertainBecauseOf(call, converged);
  return wouldFail(outcome, [...new Set([...(outcome.unless ?? []), ...because])]);
}

/** In a check: a failure is unknown if one of these tasks may resolve it; without such a task, it stays a failure. */
export function wouldFail(outcome: Outcome, unless: readonly string[]): Outcome {
  if (outcome.status !== 'failed' || unless.length === 0) return outcome;
  const { message = 'failed', censored, result } = outcome;
  return { status: 'unknown', changes: [], message, assuming: unless, unless, result, censored };
}

/** Whether an outcome is a failure that earlier tasks may resolve. Its result is that of the failure. */
export const isFailureUnless = ({ status, unless = [], result }: Outcome): boolean =>
  status === 'unknown' && unless.length > 0 && result['failed'] === true;

function uncertainBecauseOf({ type, params, context, link }: BoundTask, converged: Converged): readonly string[] {
  // All answers are known, and the type says what it would do: no predicted change would make a difference.
  if (converged.status === 'failed' && converged.would !== undefined) return [];
  const questions = Object.values(type.ask?.(params as never, context) ?? {}) as readonly AnyQuestion<unknown>[];
  // Everything predicted about files is known. But a command that really runs despite the check runs before the changes
  // that are only predicted.
  const isForeseen = context.check && type.acts !== true && converged.status === 'failed';
  if (isForeseen && questions.every(isOfFiles)) return [];
  return link.beliefs.uncertainBecauseOf(questions.some((question) => question.beyond === true));
}

/** Whether a question is answered from the picture, or depends on nothing. */
const isOfFiles = (question: AnyQuestion<unknown>): boolean =>
  'kind' in question &&
  (question.kind.known !== undefined ||
    question.kind.foretell !== undefined ||
    question.kind.about?.(question.arg).length === 0);

/** Turn a converged task into its outcome: add Ansible's result keys, apply `failed_when` and `changed_when`. */
export function outcomeOf(
  converged: Converged,
  call: BoundTask,
  sightOf: (result: TaskResult) => TemplateScope,
  task: Task,
): Outcome {
  const common = {
    censored: call.censored ? true : undefined,
    ...('unless' in converged && { unless: converged.unless }),
  };
  if (converged.status === 'unreachable') {
    const { failure } = converged;
    if (!isRefusal(failure)) return { ...unreachable(failure), ...common };
    const { message } = failure;
    const refused = { status: 'failed', message, changes: [], result: { msg: message }, didChange: false } as const;
    return { ...outcomeOf(refused, call, sightOf, task), failure };
  }
  if (converged.status === 'unknown')
    return {
      ...common,
      status: 'unknown',
      changes: [],
      message: converged.message,
      assuming: converged.assuming,
      result: {},
    };
  if (converged.status === 'skipped')
    return {
      ...common,
      status: 'skipped',
      changes: [],
      message: converged.message,
      result: {
        changed: false,
        skipped: true,
        failed: false,
        ...('skipped_reason' in converged.result ? {} : { msg: converged.message }),
        ...converged.result,
      },
    };
  const { skippedByAnsible } = call.type;
  if (call.ansible && call.context.check && typeof skippedByAnsible === 'string')
    return { ...common, ...skippedInCheck({}, skippedByAnsible) };
  if (converged.status === 'failed' && call.ansible && call.context.check && skippedByAnsible === true)
    return {
      ...common,
      ...skippedInCheck(converged.result, `remote module (${call.type.name}) does not support check mode`),
    };
  const would = call.context.check && call.type.acts === true && converged.status === 'changed';
  // If a path guards a command, Ansible's check reports that the command would run.
  const { creates, removes } = call.params as { creates?: unknown; removes?: unknown };
  if (would && call.ansible && creates === undefined && removes === undefined)
    return { ...common, ...skippedInCheck(converged.result) };
  return { ...common, ...judge(converged, call, sightOf, task, would) };
}

/** The outcome of a command in Ansible's check: skipped, with a result that conditions can read. */
const skippedInCheck = (result: TaskResult, msg = 'Command would have run if not in check mode'): Outcome => {
  return {
    status: 'skipped',
    changes: [],
    message: msg,
    result: { ...result, changed: false, skipped: true, failed: false, msg },
  };
};

type Ended = Exclude<Converged, { status: 'unreachable' | 'unknown' | 'skipped' }>;

function judge(
  converged: Ended,
  call: BoundTask,
  sightOf: (result: TaskResult) => TemplateScope,
  task: Task,
  would: boolean,
): Outcome {
  const changes = call.diff ? converged.changes.map(told) : converged.changes.map(withoutDiff);
  const before = withKeys(converged, call);
  const assuming = 'assuming' in converged ? converged.assuming : [];
  const warnings = [...call.warnings, ...('warnings' in converged ? converged.warnings : [])];
  if (would && !call.ansible) return { changes, assuming, warnings, ...unrun(sightOf, task) };
  let asked: 'failed' | 'changed' = 'changed';
  try {
    // In Ansible's order: `failed_when` sees what `changed_when` made of the result.
    const changed =
      task.changedWhen === undefined || task.changedWhen.length === 0
        ? before['changed'] === true
        : firstFalse(task.changedWhen, sightOf(before)) === undefined;
    const base = { ...before, changed };
    asked = 'failed';
    const failed =
      task.failedWhen === undefined
        ? converged.status === 'failed'
        : firstFalse(task.failedWhen, sightOf(base)) === undefined;
    const result = { ...base, failed, ...(task.failedWhen === undefined ? {} : { failed_when_result: failed }) };
    const succeeded = changed ? 'changed' : 'ok';
    const status = failed ? 'failed' : succeeded;
    const message = failed ? reasonOf(converged, before, task) : undefined;
    return { status, changes: changed || failed ? changes : [], message, assuming, warnings, result };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const msg = ansibleMessage(error);
    return {
      status: 'failed',
      changes,
      message: placedCondition(`${asked}_when`, error),
      result: { ...before, failed: true, [`${asked}_when_result`]: msg },
    };
  }
}

/** Why a task failed: the error or, if only `failed_when` made it fail, the conditions that hold. */
function reasonOf(converged: Ended, { msg }: TaskResult, { failedWhen = [] }: Task): string {
  if ('message' in converged) return converged.message;
  const holds = `failed_when: ${failedWhen.map(({ value }) => conditionText(value)).join(' and ')}`;
  return msg === undefined || msg === '' ? holds : `${holds}: ${msg}`;
}

/**
 * A command that a check does not run: its author's `changed_when` says whether it would change something, unless that
 * depends on its result.
 */
function unrun(sightOf: (result: TaskResult) => TemplateScope, { changedWhen = [] }: Task) {
  const result = (changed: boolean) => ({ changed, skipped: true, msg: wouldRun });
  try {
    if (firstFalse(changedWhen, sightOf(result(true))) === undefined)
      return { status: 'changed', message: undefined, result: result(true) } as const;
    return { status: 'skipped', changes: [], message: onlyLooks, result: result(false) } as const;
  } catch (error) {
    if (!(error instanceof NotKnownYet) || error.what !== 'unknown') throw error;
    const message = `whether it changes anything ${dependsOn(error.because)}, which a check does not run`;
    return { status: 'unknown', changes: [], message, assuming: [error.because], result: {} } as const;
  }
}

const onlyLooks =
  'not run in a check: `changed_when: false` says that it changes nothing, and `check_mode: false` would let it run';

function withKeys(converged: Ended, call: BoundTask): TaskResult {
  const changed = converged.status === 'changed' || (converged.status === 'failed' && converged.didChange);
  const diff = call.diff
    ? converged.changes.flatMap((change) => (change.diff === undefined ? [] : [ansibleDiff(change.diff)]))
    : [];
  const warnings = 'warnings' in converged && converged.warnings.length > 0 ? { warnings: converged.warnings } : {};
  const result: Record<string, unknown> = {
    changed,
    ...warnings,
    ...converged.result,
    failed: converged.status === 'failed',
  };
  for (const stream of ['stdout', 'stderr'])
    if (typeof result[stream] === 'string' && result[`${stream}_lines`] === undefined)
      result[`${stream}_lines`] = lines(result[stream]);
  return diff.length === 0 ? result : { diff, ...result };
}

const lines = (text: string): string[] => {
  const split = text.split(/\r\n|[\n\r]/);
  return split.at(-1) === '' ? split.slice(0, -1) : split;
};

const ansibleDiff = ({ before, after, beforeHeader, afterHeader }: NonNullable<ReportedChange['diff']>) => ({
  before,
  after,
  ...(beforeHeader === undefined ? {} : { before_header: beforeHeader }),
  ...(afterHeader === undefined ? {} : { after_header: afterHeader }),
});

const told = ({ what, from, to, diff }: ReportedChange): ReportedChange => ({ what, from, to, diff });
const withoutDiff = ({ what, from, to }: ReportedChange): ReportedChange => ({ what, from, to });
