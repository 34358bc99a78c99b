import { setTimeout as sleep } from 'node:timers/promises';
import { eachLimited } from '../host/each-limited.ts';
import type { Place } from '../host/host-link.ts';
import { isTransient } from '../task/outcome.ts';
import type { RunContext } from '../variables/run-context.ts';

/** How long to wait between two attempts to reach the hosts that are late. */
const pauseMs = 5000;

/** The hosts that could not be reached, and what to do with those that can be by now. */
interface LateHosts {
  readonly names: () => readonly string[];
  /** The link of a host, and how to log in to it. */
  readonly placeOf: (name: string) => Place | undefined;
  /** Plays on these hosts, as if they had not been there before. Returns whether to go on. */
  readonly playOn: (names: readonly string[]) => Promise<boolean>;
}

/** Tries hosts again that could not be reached, until all have been played on or the time is over. */
export async function awaitLateHosts(run: RunContext, { names, placeOf, playOn }: LateHosts): Promise<void> {
  const { retryUnreachableMs = 0, deadline = Number.POSITIVE_INFINITY, forks } = run.options;
  const until = Math.min(Date.now() + retryUnreachableMs, deadline);
  const isOver = (): boolean => run.signal.aborted || Date.now() >= until;
  if (names().length > 0 && !isOver()) announce(run, names(), until);
  while (names().length > 0 && !isOver()) {
    await sleep(Math.min(pauseMs, until - Date.now()), undefined, { signal: run.signal }).catch(() => {});
    if (run.signal.aborted) return;
    const back: string[] = [];
    await eachLimited(names(), forks, async (name) => {
      if (await isBack(placeOf(name))) back.push(name);
    });
    if (back.length === 0) continue;
    run.emit({ kind: 'hosts-back', hosts: back });
    if (!(await playOn(back))) return;
  }
}

/** Whether it answers, though it may not let this user in: the plays tell. A session is kept for what follows. */
async function isBack(place: Place | undefined): Promise<boolean> {
  if (place === undefined) return false;
  await place.link.reset();
  const opened = await place.link.open(place.identity);
  return opened.ok || !isTransient(opened.failure);
}

function announce(run: RunContext, names: readonly string[], until: number): void {
  const time = `${new Date(until).toISOString().slice(11, 19)} UTC`;
  const message = `late: ${names.join(', ')}; trying again until ${time}`;
  run.emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'late', message } });
}
