import type { Outcome } from '../../core/event.ts';

/** What reporters may see of an outcome. */
export const redacted = (outcome: Outcome): Outcome =>
  outcome.censored === true
    ? { ...outcome, changes: [], message: undefined, warnings: [], result: censoredResult(outcome) }
    : outcome;

const censoredResult = ({ result }: Outcome) => ({
  censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
  changed: result['changed'] === true,
  ...(result['failed'] === true ? { failed: true } : {}),
});
