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
  readonly outcome: {
    readonly status: string;
    readonly message?: string;
    readonly ignored?: boolean;
    readonly result?: { readonly assertion?: unknown };
  };
}

/** What the callback plugin noted of Ansible's asserts: which held, and how many conditions each place has. */
export function heldByCallback(lines: string): { readonly held: Held; readonly conditions: Held } {
  const held = new Map<string, number>();
  const conditions = new Map<string, number>();
  for (const { at, conditions: count, failed } of jsonLines(lines) as readonly Noted[]) {
    if (failed === true || count === 0) continue;
    add(held, placeOf(at), 1);
    conditions.set(placeOf(at), count);
  }
  return { held, conditions };
}

/** The lines of tasks that never failed with Ansible, by their file. */
export function neverFailed(lines: string): ReadonlyMap<string, ReadonlySet<number>> {
  const noted = jsonLines(lines) as readonly Noted[];
  const failed = new Set(noted.filter((one) => one.failed === true).map(({ at }) => at));
  const files = new Map<string, Set<number>>();
  for (const { at } of noted) {
    const [, file = '', line] = /^(.*):(\d+)$/.exec(at) ?? [];
    if (!failed.has(at)) files.set(file, (files.get(file) ?? new Set()).add(Number(line)));
  }
  return files;
}

interface Noted {
  readonly at: string;
  readonly conditions: number;
  readonly failed?: boolean;
}

/** What a run of ours did not get right: asserts that failed and were passed over, then what ended it. */
export function failuresOf(lines: string): readonly string[] {
  return (jsonLines(lines) as readonly Told[])
    .filter(({ kind, outcome }) => kind === 'task-finished' && outcome.status === 'failed')
    .map(
      ({ task, outcome }) =>
        `${outcome.ignored === true ? 'passed over' : 'failed'} ${task.at.file}:${task.at.line} ${task.type}: ${outcome.message}${outcome.result?.assertion === undefined ? '' : `: ${outcome.result.assertion}`}`,
    );
}

/**
 * Commands of a script that held: the checks and runs that `set -e` let pass; the last one did not where the script failed,
 * nor did those that it noted as failed and passed over.
 */
export function checksHeld(trace: string, exitCode: number): number {
  const lines = trace.split('\n');
  const checks = lines.filter((line) => /^\+ ('?\[\[?'? |test |grep |diff |ansible)/.test(line)).length;
  const noted = lines.filter((line) => line === '- failed').length;
  return Math.max(0, checks - (exitCode === 0 ? noted : Math.max(noted, 1)));
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
