import type { ToldOutcome } from '../core/event.ts';
import { unlessOf } from './told.ts';

/** The reason why a test case did not pass. */
export interface Verdict {
  readonly element: 'failure' | 'error' | 'skipped';
  /** For failures and errors: the kind. */
  readonly type?: string;
  readonly message: string;
}

/** The verdict on an outcome for a CI server; undefined if the task succeeded. Drift found by a check is not a success. */
export function verdictOf(outcome: ToldOutcome, check: boolean): Verdict | undefined {
  const { status, message = status, ignored, failure } = outcome;
  if (failure?.reason === 'interrupted') return { element: 'error', type: 'interrupted', message: 'interrupted' };
  switch (status) {
    case 'ok':
      return undefined;
    case 'changed':
      return check ? { element: 'failure', type: 'drift', message: driftOf(outcome) } : undefined;
    case 'unknown':
      return { element: 'error', type: 'unknown', message };
    case 'unless':
      return doubtOf(outcome);
    case 'skipped':
      return { element: 'skipped', message };
    case 'failed':
      return ignored === true
        ? { element: 'skipped', message: `failed, and was ignored: ${message}` }
        : { element: 'failure', type: 'failed', message };
    case 'unreachable':
      return ignored === true
        ? { element: 'skipped', message: `unreachable, and was ignored: ${message}` }
        : { element: 'error', type: 'unreachable', message };
  }
}

/** A failure that a rescue caught is reported as skipped, because it is neither a success nor a failure of the run. */
export const rescuedOf = ({ message }: Verdict): Verdict => ({
  element: 'skipped',
  message: `failed, and was rescued: ${message}`,
});

/** The verdict on an outcome that holds unless another task changes it. */
function doubtOf(outcome: ToldOutcome): Verdict {
  const { would = 'ok', message } = outcome;
  if (would === 'changed')
    return { element: 'failure', type: 'drift', message: `${driftOf(outcome)}${unlessOf(outcome)}` };
  if (would === 'failed')
    return { element: 'error', type: 'unless', message: `would fail${unlessOf(outcome)}: ${message ?? ''}` };
  return { element: 'skipped', message: `${would}${unlessOf(outcome)}` };
}

function driftOf({ changes, assuming = [] }: ToldOutcome): string {
  const what = changes.length === 0 ? '' : `: ${changes.map((change) => change.what).join(', ')}`;
  return `would change${assuming.length === 0 ? '' : ` (assuming ${assuming.join(', ')})`}${what}`;
}
