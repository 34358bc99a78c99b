import type { Reporter } from '../core/event.ts';
import { doManualStep } from './do.ts';

/** What the lab's operator does for each step of the install document. */
const work: Readonly<Record<string, string>> = {
  S06: 'dns',
  S08: 'deploy-key',
  S15: 'images-dns',
  S26: 'monitoring-key',
};

/**
 * Watches a run in the lab and performs the manual steps that it waits for, so that a whole run needs no person. `say`
 * receives a message about what was done.
 */
export function labOperator(say: (text: string) => void): Reporter {
  const steps = new Map<string, string | undefined>();
  const done = new Set<string>();
  return (event) => {
    if (event.kind === 'task-started') steps.set(event.host, event.task.step);
    if (event.kind !== 'host-busy' || event.doing !== 'waiting') return;
    const name = work[steps.get(event.host) ?? ''];
    if (name === undefined || done.has(name)) return;
    done.add(name);
    say(`the lab's operator does this step: run lab do ${name}`);
    doManualStep(name, { say } as Parameters<typeof doManualStep>[1]).catch((error: unknown) => {
      // The run keeps waiting, and reports at the end what has not been done.
      say(`the lab's operator failed: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
}
