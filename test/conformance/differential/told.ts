import type { Event } from '../../../src/core/event.ts';

/** How a task, or an item of its loop, ended on a host. */
export interface Told {
  readonly host: string;
  /** File and line of the task, without the folder. */
  readonly at: string;
  readonly name: string;
  readonly status: string;
  readonly item: boolean;
  readonly why?: string;
}

/** What the callback plugin told of Ansible's run. */
export const toldByCallback = (lines: string): readonly Told[] =>
  jsonLines<Told & { readonly type: string }>(lines)
    // Ours has no such task: facts are asked for when something uses them.
    .filter(({ type, at }) => (at !== '' || !/gather_facts|setup/.test(type)) && !isInclude(type) && !isDump(at))
    .map((told) => ({ ...told, at: placeOf(told.at) }));

/** What our events tell of our run. */
export const toldByEvents = (lines: string): readonly Told[] =>
  jsonLines<Event>(lines).flatMap((event) => {
    if (event.kind !== 'task-finished' && event.kind !== 'item-finished' && event.kind !== 'retrying') return [];
    if (isDump(event.task.at.file) || isInclude(event.task.type)) return [];
    const { status, ignored, message } = event.outcome;
    return [
      {
        host: event.host,
        at: placeOf(`${event.task.at.file}:${event.task.at.line}`),
        name: event.task.name,
        status: event.kind === 'retrying' ? 'retried' : ignored && event.kind === 'task-finished' ? 'ignored' : status,
        item: event.kind === 'item-finished',
        ...(message === undefined ? {} : { why: message }),
      },
    ];
  });

/** How many rounds each play of our run cost a host. */
export const roundsOf = (lines: string): readonly number[] =>
  jsonLines<Event>(lines).flatMap((event) => (event.kind === 'play-finished' ? Object.values(event.rounds) : []));

/** What an include brings is compared, not how it is told. */
const isInclude = (type: string): boolean => /(^|\.)include_(role|tasks)$/.test(type);

/** The play that writes the registered values: it is how we look, not what we look at. */
const isDump = (at: string): boolean => /dump\.yaml(:|$)/.test(at);

const placeOf = (at: string): string => at.replace(/^.*\//, '');

const jsonLines = <T>(lines: string): readonly T[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
