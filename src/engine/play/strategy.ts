import { breather } from '../host/breather.ts';
import { eachLimited } from '../host/each-limited.ts';
import { comparePaths, type Step } from '../task/cursor.ts';
import type { RunContext } from '../variables/run-context.ts';
import type { BatchRun } from './batch-run.ts';
import { tellNoHostsLeft } from './end-all.ts';
import { perform } from './perform.ts';
import type { PlayHost } from './play-host.ts';
import { putBackLeft } from './validate.ts';

/** All hosts finish a task before any starts the next. */
export async function linear(performing: BatchRun): Promise<void> {
  const breathe = breather();
  while (goesOn(performing)) {
    await breathe();
    const steps = nextSteps(performing, performing.hosts);
    const first = [...steps.values()].sort((a, b) => comparePaths(a.path, b.path))[0];
    if (first === undefined) return;
    const together = [...steps].filter(([, step]) => isSame(step, first)).map(([host]) => host);
    await perform(performing, together, first);
    for (const host of together) await putBackLeft(performing, host);
    stopIfTooManyFailed(performing);
  }
}

/** Each host proceeds as fast as it can. */
export async function free(performing: BatchRun): Promise<void> {
  const breathe = breather();
  await eachLimited(performing.hosts, performing.play.run.options.forks, async (host) => {
    while (goesOn(performing)) {
      await breathe();
      const step = nextSteps(performing, [host]).get(host);
      if (step === undefined) return;
      await perform(performing, [host], step);
      await putBackLeft(performing, host);
      stopIfTooManyFailed(performing);
    }
  });
}

const goesOn = ({ play, stop }: BatchRun): boolean => stop === 'no' && !play.run.signal.aborted && !isPast(play.run);

/** Whether the run's deadline has passed. */
export const isPast = ({ options }: RunContext): boolean =>
  options.deadline !== undefined && Date.now() >= options.deadline;

/** The hosts of a batch that have something left to do. */
export const unfinished = (performing: BatchRun): readonly PlayHost[] => [
  ...nextSteps(performing, performing.hosts).keys(),
];

function nextSteps(performing: BatchRun, hosts: readonly PlayHost[]): Map<PlayHost, Step> {
  const steps = new Map<PlayHost, Step>();
  for (const host of hosts) {
    if (host.out) continue;
    const step = nextStep(performing, host);
    if (step !== undefined) steps.set(host, step);
  }
  return steps;
}

/** A failure that was only delayed by an `always` takes effect. */
function nextStep({ play }: BatchRun, host: PlayHost): Step | undefined {
  for (;;) {
    const step = host.cursor.next();
    if (step === undefined || step.kind !== 'fallen') return step;
    const { to, left } = host.cursor.fail();
    host.toPutBack.push(...left);
    host.endedRole = undefined;
    if (to === 'rescue') play.run.emit({ kind: 'rescued', host: host.name });
    if (to === undefined) {
      host.state.failed = true;
      host.end();
      return undefined;
    }
  }
}

const isSame = (a: Step, b: Step): boolean =>
  comparePaths(a.path, b.path) === 0 &&
  a.kind === b.kind &&
  (a.kind === 'item' && b.kind === 'item' ? a.item === b.item : true);

function stopIfTooManyFailed(performing: BatchRun): void {
  const { maxFailPercentage, hosts } = performing;
  if (maxFailPercentage === undefined || performing.stop !== 'no') return;
  const failed = hosts.filter((host) => host.out && (host.state.failed || host.state.unreachable)).length;
  if ((failed / hosts.length) * 100 <= maxFailPercentage) return;
  performing.stop = 'fatal';
  tellNoHostsLeft(performing);
}

/** Split hosts into batches according to the play's `serial`. */
export function batches<T>(hosts: readonly T[], serial: readonly (number | string)[]): readonly (readonly T[])[] {
  if (serial.length === 0) return [hosts];
  const sized: T[][] = [];
  for (let taken = 0, turn = 0; taken < hosts.length; turn++) {
    const size = sizeOf(serial[Math.min(turn, serial.length - 1)]!, hosts.length);
    sized.push(hosts.slice(taken, taken + size));
    taken += size;
  }
  return sized;
}

function sizeOf(size: number | string, total: number): number {
  const percent = typeof size === 'string' && size.endsWith('%') ? Number(size.slice(0, -1)) : undefined;
  const count = percent === undefined ? Number(size) : Math.floor((percent / 100) * total);
  if (percent !== undefined) return Math.max(1, count);
  return count > 0 ? count : total;
}
