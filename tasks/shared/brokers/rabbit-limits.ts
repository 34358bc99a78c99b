import type { Change, Effect, Plan } from '../../../src/sdk.ts';
import { limitsIn } from './rabbit-definitions.ts';
import { callRabbit, type Rabbit } from './rabbitmqctl.ts';

/** Whether there are to be limits. */
export const limitsState = {
  type: 'str',
  default: 'present',
  choices: ['present', 'absent'],
  doc: 'With `absent`, all limits are removed.',
} as const;

/** Limits of a user or of a virtual host. */
interface Limits {
  readonly rabbit: Rabbit;
  /** Whose they are: `user shop`. */
  readonly of: string;
  readonly wanted: Readonly<Record<string, number>>;
  readonly state: 'absent' | 'present';
  /** The call that sets them, without the limits as JSON. */
  readonly set: readonly string[];
  readonly clear: readonly string[];
  readonly effect: (left: Readonly<Record<string, number>>) => Effect;
}

/** The plan for limits, given what is defined; a negative limit is none. */
export function limitsPlan(told: unknown, { rabbit, of, wanted, state, set, clear, effect }: Limits): Plan {
  const now = limitsIn(told);
  const isAbsent = state === 'absent';
  const left = isAbsent ? {} : limitsIn({ ...now, ...wanted });
  const names = isAbsent ? Object.keys(now) : Object.keys(wanted);
  const limit = (value: number | undefined): string | null => (value === undefined ? null : String(value));
  const moved = names.filter((name) => now[name] !== left[name]);
  return {
    changes: moved.map(
      (name, index): Change => ({
        what: `${name} of ${of}`,
        from: limit(now[name]),
        to: limit(left[name]),
        commands: index === 0 ? [callRabbit(rabbit, isAbsent ? clear : [...set, JSON.stringify(wanted)])] : [],
        effects: [effect(left)],
      }),
    ),
  };
}
