/** A signal that Ctrl-C and the like give: the first ends the run cleanly, a second ends the program at once. */
export function interruptible(tell: (text: string) => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      tell('\nended at once; what was being changed may be half done, the next run finds out\n');
      // The handler is ours, so the default action of the signal has to be asked for.
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    } else {
      tell('\ninterrupted: ending what runs; once more ends at once\n');
      controller.abort();
    }
  };
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    end() {
      for (const name of names) process.removeListener(name, stop);
    },
  };
}
