import type { Task } from '../../language/model.ts';
import { type Computation, retryWhenKnown } from '../task/retry-when-known.ts';
import type { BatchRun } from './batch-run.ts';
import { type AnyHandler, notifiedNames } from './handlers.ts';
import type { PlayHost } from './play-host.ts';

/** A name that a task notifies, and the handlers that it refers to on a host: empty if none is defined. */
interface Notified {
  readonly name: string;
  readonly handlers: readonly AnyHandler[];
}

/** The handlers that a task notifies on a host. */
export async function notifiedHandlers(
  { play, handlers }: BatchRun,
  host: PlayHost,
  task: Task,
): Promise<Computation<readonly Notified[]>> {
  if (task.notify.length === 0) return { is: 'value', value: [] };
  return retryWhenKnown({ play, state: host.state }, () =>
    notifiedNames(task.notify, play.scopes.of(host.state, task, host.exported)).map((name) => ({
      name,
      handlers: handlers.named(name, host.state),
    })),
  );
}
