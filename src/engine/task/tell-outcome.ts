import type { Outcome, TaskRef } from '../../core/event.ts';
import { asTold } from '../host/as-told.ts';
import type { PlayContext } from '../variables/play-context.ts';

/** Report, for one host, the outcome of a step that took no time. */
export function tellOutcome({ definition, run }: PlayContext, host: string, task: TaskRef, outcome: Outcome): void {
  run.emit({ kind: 'task-started', play: definition.id, task, host });
  run.emit({ kind: 'task-finished', play: definition.id, task, host, outcome: asTold(outcome), tookMs: 0 });
}
