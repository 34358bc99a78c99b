import type { Event, ToldOutcome } from '../../src/core/event.ts';

/** The report about a task, an item of its loop, or a handler. */
export interface Told {
  /** Identical in a check and in the run: place, number of times it was passed, number of the item. */
  readonly key: string;
  /** The task's key, without the item. */
  readonly taskKey: string;
  readonly host: string;
  readonly name: string;
  readonly type: string;
  readonly handler: boolean;
  readonly outcome: ToldOutcome;
  /** Whether its items follow, which are compared instead. */
  readonly looped: boolean;
}

/** The reports of a run of the program, in order. */
export interface Story {
  readonly told: readonly Told[];
  readonly exitCode: number | undefined;
  /** The program's output if it did not end properly. */
  readonly trouble?: string;
}

/** Parses the program's JSON: what it reported about each task, item and handler. */
export function storyOf(lines: string): Story {
  const told: Told[] = [];
  const passed = new Map<string, number>();
  let exitCode: number | undefined;
  const items = new Map<string, number>();
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as Event;
    if (event.kind === 'run-finished') exitCode = event.exitCode;
    if (event.kind !== 'item-finished' && event.kind !== 'task-finished') continue;
    const { host, task, outcome } = event;
    const place = `${host} ${task.at.file}:${task.at.line}`;
    const taskKey = `${place} ${passed.get(place) ?? 0}`;
    const item = items.get(place) ?? 0;
    const about = { taskKey, host, name: task.name, type: task.type, handler: task.handler, outcome };
    if (event.kind === 'item-finished') {
      told.push({ ...about, key: `${taskKey} [${item}]`, looped: false });
      items.set(place, item + 1);
    } else {
      told.push({ ...about, key: taskKey, looped: item > 0 });
      passed.set(place, (passed.get(place) ?? 0) + 1);
      items.delete(place);
    }
  }
  return { told, exitCode };
}
