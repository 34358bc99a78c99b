/** The asserts of a run that held: how often, by place (file and line). */
export type Held = ReadonlyMap<string, number>;

/** How many of the assertions that hold for one program also hold for the other. */
export interface Compared {
  readonly held: number;
  readonly of: number;
}

/** What our events say about asserts: each one that held, on each host and for each item. */
export function heldByEvents(lines: string): Held {
  const held = new Map<string, number>();
  for (const event of jsonLines(lines) as readonly Told[]) {
    const isResult = event.kind === 'item-finished' || (event.kind === 'task-finished' && event.looped !== true);
    if (!isResult || !/(^|\.)assert$/.test(event.task.type) || event.outcome.status !== 'ok') continue;
    add(held, placeOf(`${event.task.at.file}:${event.task.at.line}`), 1);
  }
  return held;
}

interface Told {
  readonly kind: string;
  readonly looped?: boolean;
  readonly task: { readonly type: string; readonly at: { readonly file: string; readonly line: number } };
  readonly outcome: { readonly status: string };
}

/** What the callback plugin recorded about Ansible's asserts, and the number of conditions at each place. */
export function heldByCallback(lines: string): { readonly held: Held; readonly conditions: Held } {
  const held = new Map<string, number>();
  const conditions = new Map<string, number>();
  for (const { at, conditions: count } of jsonLines(lines) as readonly { at: string; conditions: number }[]) {
    add(held, placeOf(at), 1);
    conditions.set(placeOf(at), count);
  }
  return { held, conditions };
}

/** Commands of a script that succeeded: the checks and runs that `set -e` let pass, except the last one if the script failed. */
export function checksHeld(trace: string, exitCode: number): number {
  const lines = trace.split('\n').filter((line) => /^\+ ('?\[\[?'? |test |grep |diff |ansible)/.test(line));
  return exitCode === 0 ? lines.length : Math.max(0, lines.length - 1);
}

/** Assertions of Ansible's run that held in ours too: conditions of asserts, and checks of the script. */
export function compare(
  ours: { readonly held: Held; readonly checks: number },
  theirs: { readonly held: Held; readonly conditions: Held; readonly checks: number },
): Compared {
  let held = Math.min(ours.checks, theirs.checks);
  let of = theirs.checks;
  for (const [place, times] of theirs.held) {
    const weight = theirs.conditions.get(place) ?? 1;
    held += Math.min(times, ours.held.get(place) ?? 0) * weight;
    of += times * weight;
  }
  return { held, of };
}

function add(to: Map<string, number>, key: string, count: number): void {
  to.set(key, (to.get(key) ?? 0) + count);
}

/** Paths are reported relative to different directories, but a file's name and the line are the same in both. */
const placeOf = (at: string): string => at.replace(/^.*\//, '');

const jsonLines = (lines: string): readonly unknown[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
