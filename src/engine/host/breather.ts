import { setImmediate } from 'node:timers/promises';

/** How long signals and timers wait at most, in milliseconds. */
const LONGEST_MS = 50;

/**
 * Gives signals and timers their turn now and then. Tasks that wait for no host, like `set_fact`, would otherwise leave them none, and
 * includes that lead to themselves might never end.
 */
export function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < LONGEST_MS) return;
    await setImmediate();
    last = performance.now();
  };
}
