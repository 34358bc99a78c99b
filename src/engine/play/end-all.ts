import type { BatchRun } from './batch-run.ts';

/** One host's failure counts for all: every host not already in a rescue or always fails too. */
export function endAll(performing: BatchRun): void {
  for (const host of performing.hosts) {
    if (host.cursor.isCatching) continue;
    performing.stop = 'fatal';
    if (!host.state.unreachable) host.state.failed = true;
  }
}
