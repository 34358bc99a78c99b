import type { Outcome, ToldChange } from '../core/event.ts';
import type { Task } from '../core/model.ts';
import type { AnyQuestion } from '../core/question.ts';
import type { TaskResult } from '../core/task-type.ts';
import { TemplateError } from '../template/index.ts';
import { ansibleMessage, type Call, firstFalse, placed } from './call.ts';
import type { Converged } from './converge.ts';
import type { Sight } from './scopes.ts';

/** An outcome that cannot be told in a check, because of a change or a skipped command before it. */
export const unknownOutcome = (because: string): Outcome => ({
  status: 'unknown',
  changes: [],
  message: `depends on ${because}`,
  assuming: [because],
  result: {},
});

/** What a command that a check does not run has as its message. */
export const wouldRun = 'would run';

/** What fails in a check may only fail because nothing is changed in a check: then it is unknown. */
export function unlessUnsettled(outcome: Outcome, { type, params, context, link }: Call): Outcome {
  if (outcome.status !== 'failed' || type.controllerOnly === true) return outcome;
  const questions = Object.values(type.ask?.(params as never, context) ?? {}) as readonly AnyQuestion<unknown>[];
  const because = link.beliefs.unsettled(questions.some((question) => question.beyond === true));
  if (because === undefined) return outcome;
  return {
    ...unknownOutcome(because),
    message: `depends on ${because}; now: ${outcome.message ?? 'failed'}`,
    censored: outcome.censored,
  };
}

/** A converged task as its outcome: Ansible's result keys added, `failed_when` and `changed_when` heard. */
export function outcomeOf(
  converged: Converged,
  call: Call,
  sightOf: (result: TaskResult) => Sight,
  task: Task,
): Outcome {
  const common = { censored: call.censored ? true : undefined };
  if (converged.status === 'unreachable')
    return {
      ...common,
      status: 'unreachable',
      changes: [],
      message: converged.failure.message,
      failure: converged.failure,
      result: { changed: false, unreachable: true, msg: converged.failure.message },
    };
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
  const would = call.context.check && call.type.acts === true && converged.status === 'changed';
  // Where a path guards a command, Ansible's check tells that it would run.
  const { creates, removes } = call.params as { creates?: unknown; removes?: unknown };
  if (would && call.ansible && creates === undefined && removes === undefined)
    return { ...common, ...skippedInCheck(converged.result) };
  return { ...common, ...judge(converged, call, sightOf, task, would) };
}

/** What Ansible makes of a command in a check: skipped, with a result that conditions can look at. */
const skippedInCheck = (result: TaskResult): Outcome => {
  const msg = 'Command would have run if not in check mode';
  return { status: 'skipped', changes: [], message: msg, result: { ...result, changed: false, skipped: true, msg } };
};

type Settled = Exclude<Converged, { status: 'unreachable' | 'unknown' | 'skipped' }>;

function judge(
  converged: Settled,
  call: Call,
  sightOf: (result: TaskResult) => Sight,
  task: Task,
  would: boolean,
): Outcome {
  const changes = call.diff ? converged.changes.map(told) : converged.changes.map(withoutDiff);
  const before = withKeys(converged, call);
  const assuming = 'assuming' in converged ? converged.assuming : [];
  const warnings = [...call.warnings, ...('warnings' in converged ? converged.warnings : [])];
  // A command that a check only says it would run has no result that a condition could look at.
  if (would && !call.ansible) {
    if (isNever(task.changedWhen))
      return { status: 'unknown', changes: [], message: 'not run in a check', assuming: [], result: {}, warnings };
    return {
      status: 'changed',
      changes,
      message: undefined,
      assuming,
      warnings,
      result: { changed: true, skipped: true, msg: wouldRun },
    };
  }
  let asked: 'failed' | 'changed' = 'failed';
  try {
    const failed =
      task.failedWhen === undefined
        ? converged.status === 'failed'
        : firstFalse(task.failedWhen, sightOf(before)) === undefined;
    const base = { ...before, failed, ...(task.failedWhen === undefined ? {} : { failed_when_result: failed }) };
    asked = 'changed';
    const changed =
      task.changedWhen === undefined || task.changedWhen.length === 0
        ? before['changed'] === true
        : firstFalse(task.changedWhen, sightOf(base)) === undefined;
    const result = { ...base, changed };
    const status = failed ? 'failed' : changed ? 'changed' : 'ok';
    const message = failed
      ? 'message' in converged
        ? converged.message
        : String(before['msg'] ?? 'failed_when says so')
      : undefined;
    return { status, changes: changed || failed ? changes : [], message, assuming, warnings, result };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const msg = ansibleMessage(error);
    return {
      status: 'failed',
      changes,
      message: placed(error),
      result: { ...before, failed: true, [`${asked}_when_result`]: msg, msg },
    };
  }
}

const isNever = (written: Task['changedWhen']): boolean =>
  written?.length === 1 && (written[0]!.value === false || written[0]!.value === 'false');

function withKeys(converged: Settled, call: Call): TaskResult {
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

const ansibleDiff = ({ before, after, beforeHeader, afterHeader }: NonNullable<ToldChange['diff']>) => ({
  before,
  after,
  ...(beforeHeader === undefined ? {} : { before_header: beforeHeader }),
  ...(afterHeader === undefined ? {} : { after_header: afterHeader }),
});

const told = ({ what, from, to, diff }: ToldChange): ToldChange => ({ what, from, to, diff });
const withoutDiff = ({ what, from, to }: ToldChange): ToldChange => ({ what, from, to });
