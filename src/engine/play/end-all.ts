import type { BatchRun } from './batch-run.ts';

/** One host's failure counts for all: every host not already in a rescue or always fails too. */
export function endAll(performing: BatchRun): void {
  const before = performing.stop;
  for (const host of performing.hosts) {
    if (host.cursor.isCatching) continue;
    performing.stop = 'fatal';
    if (!host.state.unreachable) host.state.failed = true;
  }
  if (before !== 'fatal' && performing.stop === 'fatal') tellNoHostsLeft(performing);
}

/** Reports that a failure has ended the play for all its hosts. */
export const tellNoHostsLeft = ({ play }: BatchRun): void =>
  play.run.emit({ kind: 'no-hosts-left', play: play.definition.id });
