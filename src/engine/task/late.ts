import type { Converged, Target } from '../host/converge.ts';
import type { BoundTask } from './bind-task.ts';

interface Watched {
  readonly target: Target;
  /** Whether a command or a look was cut off because it took too long. */
  readonly isLate: () => boolean;
}

/** The same target, which remembers whether something took too long. */
export function watched(target: Target): Watched {
  let late = false;
  return {
    isLate: () => late,
    target: {
      ...target,
      async ask(questions) {
        const asked = await target.ask(questions);
        late ||= !asked.ok && asked.failure.reason === 'late';
        return asked;
      },
      async act(commands, changes, after) {
        const acted = await target.act(commands, changes, after);
        late ||= acted.ok && acted.replies.some((reply) => reply.timedOut === true);
        return acted;
      },
    },
  };
}

/**
 * The `msg` of a task that exceeds its `timeout` has Ansible's wording, which playbooks look for; `timedout` is what the test of that
 * name reads.
 */
export function withLateness(converged: Converged, { type, timeout }: BoundTask): Converged {
  if (timeout === undefined || converged.status !== 'failed') return converged;
  const action = type.name.split('.').at(-1);
  const msg = `The ${action} action failed to execute in the expected time frame (${timeout}) and was terminated`;
  const timedout = { frame: converged.message, period: timeout };
  return { ...converged, result: { ...converged.result, msg, timedout } };
}
