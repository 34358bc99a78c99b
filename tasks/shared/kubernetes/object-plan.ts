import type { Change, Effect, Plan } from '../../../src/sdk.ts';
import type { ObjectStep } from './object-steps.ts';

/** The steps of a task, and how it is to go about them. */
interface Steps {
  readonly steps: readonly ObjectStep[];
  /** The prediction of what the steps lead to. */
  readonly afterwards: Effect;
  readonly check: boolean;
  /** Whether a failure concerns one object only. */
  readonly goesOn: boolean;
}

/**
 * The plan for objects, in their order. Whether the server accepts one may depend on those before it, so these are dealt
 * with first, and the server is asked again.
 */
export function planSteps({ steps, afterwards, check, goesOn }: Steps): Plan {
  const warnings = steps.flatMap((step) => step.warnings);
  const failing = steps.findIndex(({ status }) => status === 'failed');
  const first = steps[failing];
  if (first?.status === 'failed') {
    const before = changesIn(steps.slice(0, failing), afterwards);
    if (before.length > 0 && !check) return { changes: before, warnings, more: true };
    if (!goesOn)
      return before.length > 0
        ? {
            unknown: `the server refuses ${first.label} as long as the changes before it are not made: ${first.message}`,
          }
        : { failed: first.message, result: { error: first.message } };
  }
  return { changes: changesIn(steps, afterwards), warnings };
}

const changesIn = (steps: readonly ObjectStep[], afterwards: Effect): readonly Change[] =>
  steps.flatMap((step) =>
    step.status === 'changes'
      ? step.changes.map((change) => ({ ...change, effects: [...(change.effects ?? []), afterwards] }))
      : [],
  );
