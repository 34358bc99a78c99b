import { setMaxListeners } from 'node:events';

/**
 * An abort signal for Ctrl-C and similar signals: the first ends the run cleanly, the second ends the program at once. The process that
 * waits for this one passes its own signals on as SIGUSR2 (see the lab's `inside.ts`). The terminal may have sent the same signal to both,
 * so the two kinds are counted separately.
 */
export function interruptible(tell: (text: string) => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  // Every connection adds a listener, and Node would warn at the eleventh.
  setMaxListeners(0, controller.signal);
  const seen = { own: 0, passed: 0 };
  const stop = (name: NodeJS.Signals): void => {
    const count = ++seen[name === 'SIGUSR2' ? 'passed' : 'own'];
    if (count > 1) {
      tell('\nstopped immediately; a change may be incomplete, and the next run will find out\n');
      // We installed a handler, so the signal's default action has to be triggered explicitly.
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
