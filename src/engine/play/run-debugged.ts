import type { Outcome } from '../../core/event.ts';
import { debugTask, isDebugged } from '../task/debugger.ts';
import type { Computation } from '../task/retry-when-known.ts';
import { runTask } from '../task/run-task.ts';
import type { Ran, TaskRun } from '../task/task-run.ts';
import type { TaskDebugger } from '../variables/run-context.ts';
import type { BatchRun } from './batch-run.ts';

/**
 * Run a task and, as long as its outcome starts the debugger, let a person look at it, change it and run it again.
 * `isTold`: the outcome was reported before the person looked at it.
 */
export async function runDebugged(
  performing: BatchRun,
  first: TaskRun,
  uncomputed: Exclude<Computation<unknown>, { is: 'value' }> | undefined,
  tell: (ran: Ran) => void,
): Promise<{ readonly ran: Ran; readonly isTold: boolean }> {
  let run = first;
  let ran = await runTask(run, uncomputed);
  for (;;) {
    const ended = ran;
    const debugging = debuggerFor(performing, run, ended.outcome);
    if (debugging === undefined) return { ran, isTold: false };
    // Nothing else is printed while a person looks at a task.
    const next = await performing.throttle.within(debugging, 1, () => {
      tell(ended);
      return debugTask(run, ended.outcome, debugging);
    });
    if (next === 'quit') performing.stop = { error: 'User interrupted execution' };
    if (typeof next === 'string') return { ran, isTold: true };
    run = next;
    ran = await runTask(run);
  }
}

/** The debugger, if this outcome starts it and nobody has ended the run in it. */
function debuggerFor({ play, debugs, stop }: BatchRun, run: TaskRun, outcome: Outcome): TaskDebugger | undefined {
  const { debugger: available } = play.run.options;
  if (available === undefined || typeof stop === 'object') return undefined;
  const enabled = available.enabled || debugs;
  return isDebugged(run, outcome, { ...available, enabled }) ? available : undefined;
}
