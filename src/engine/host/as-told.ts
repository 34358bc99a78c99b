import type { Ending, Outcome, ToldOutcome } from '../../core/event.ts';

/** The part of an outcome that reporters may see. */
export const asTold = (outcome: Outcome): ToldOutcome =>
  told(
    outcome.censored === true
      ? { ...outcome, changes: [], message: undefined, warnings: [], result: censoredResult(outcome) }
      : outcome,
  );

const censoredResult = ({ result }: Outcome) => ({
  censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
  changed: result['changed'] === true,
  ...(result['failed'] === true ? { failed: true } : {}),
});

/** An outcome that holds only if no earlier task changes something is never reported as unconditional. */
function told(outcome: Outcome): ToldOutcome {
  const status = countedAs(outcome);
  return status === 'unless' ? { ...outcome, status, would: wouldEnd(outcome.status) } : { ...outcome, status };
}

/** The status under which an outcome is counted. */
export const countedAs = ({ status, unless = [] }: Pick<Outcome, 'status' | 'unless'>): ToldOutcome['status'] =>
  unless.length > 0 ? 'unless' : status;

const wouldEnd = (status: Ending): NonNullable<ToldOutcome['would']> =>
  status === 'ok' || status === 'changed' || status === 'skipped' ? status : 'failed';
