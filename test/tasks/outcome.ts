import type { Converged } from '../../src/engine/host/converge.ts';

/** A task's outcome in one line: its status and its changes. */
export const outcomeOf = (ended: Converged): readonly string[] => [
  ended.status,
  ...('changes' in ended
    ? ended.changes.map(({ what, from, to }) => `${what}: ${from ?? 'absent'} → ${to ?? 'absent'}`)
    : []),
  ...('message' in ended ? [ended.message] : []),
];
