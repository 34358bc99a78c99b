import { setMaxListeners } from 'node:events';

/**
 * A signal that Ctrl-C and the like give: the first ends the run cleanly, a second ends the program at once. One that was passed on by the
 * process that waits for this one (SIGUSR2, see the lab's `inside.ts`) may be the same that a terminal sent to both: it is counted by itself.
 */
export function interruptible(tell: (text: string) => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  // Each connection listens: Node would warn of the eleventh.
  setMaxListeners(0, controller.signal);
  const seen = { own: 0, passed: 0 };
  const stop = (name: NodeJS.Signals): void => {
    const count = ++seen[name === 'SIGUSR2' ? 'passed' : 'own'];
    if (count > 1) {
      tell('\nended at once; what was being changed may be half done, the next run finds out\n');
      // The handler is ours, so the default action of the signal has to be asked for.
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    } else if (!controller.signal.aborted) {
      tell('\ninterrupted: stopping; press Ctrl-C again to quit now\n');
      controller.abort();
    }
  };
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    end() {
      for (const name of names) process.removeListener(name, stop);
    },
  };
}
