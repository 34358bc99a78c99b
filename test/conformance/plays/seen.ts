import type { Event } from '../../../src/core/event.ts';

/** How a task, an item of its loop, or one of its attempts ended on a host, with its result. */
export interface Row {
  readonly host: string;
  /** File and line of the task, relative to the playbook's directory. */
  readonly at: string;
  readonly name: string;
  readonly type: string;
  readonly part: 'task' | 'item' | 'try';
  readonly status: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** What a program did with a case and left behind. */
export interface Seen {
  readonly exitCode: number;
  readonly rows: readonly Row[];
  /** How often each outcome occurred, by host. */
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Kind, mode, owner, and content or target of each path on the hosts. */
  readonly files: Readonly<Record<string, string>>;
  readonly output: string;
}

/** What the callback plugin told of Ansible's run. */
export function seenByCallback(lines: string, folder: string): Pick<Seen, 'rows' | 'recap'> {
  const rows: Row[] = [];
  let recap: Seen['recap'] = {};
  for (const line of jsonLines<Row & { readonly recap?: Seen['recap'] }>(lines))
    if (line.recap === undefined) rows.push({ ...line, type: shortName(line.type), at: relative(line.at, folder) });
    else recap = line.recap;
  return { rows: rows.filter(isCompared), recap };
}

/** What our events tell of our run. */
export function seenByEvents(lines: string, folder: string): Pick<Seen, 'rows' | 'recap'> {
  const rows: Row[] = [];
  let recap: Seen['recap'] = {};
  for (const event of jsonLines<Event>(lines)) {
    if (event.kind === 'run-finished') recap = recapOf(event.summaries);
    if (event.kind !== 'task-finished' && event.kind !== 'item-finished' && event.kind !== 'retrying') continue;
    const { status, ignored, result, message } = event.outcome;
    const part = PARTS[event.kind];
    rows.push({
      host: event.host,
      at: relative(`${event.task.at.file}:${event.task.at.line}`, folder),
      name: event.task.name,
      type: shortName(event.task.type),
      part,
      status: part === 'try' ? 'retried' : ignored && part === 'task' ? 'ignored' : status,
      result: message === undefined || 'msg' in result || status !== 'failed' ? result : { ...result, msg: message },
    });
  }
  return { rows: rows.filter(isCompared), recap };
}

const PARTS = { 'task-finished': 'task', 'item-finished': 'item', retrying: 'try' } as const;

function recapOf(summaries: Extract<Event, { kind: 'run-finished' }>['summaries']): Seen['recap'] {
  const ofAnsible = Object.entries(summaries).map(([host, { failed, unknown: _, unless: __, ...rest }]) => [
    host,
    { ...rest, failures: failed },
  ]);
  return Object.fromEntries(ofAnsible);
}

/** What an include brings is compared, not how it is told; unless it brings nothing. */
const isCompared = ({ type, status }: Row): boolean => !/^include_(role|tasks)$/.test(type) || status === 'failed';

const shortName = (type: string): string => type.replace(/^ansible\.(builtin|legacy)\./, '');
const relative = (at: string, folder: string): string => at.replace(`${folder}/`, '');

const jsonLines = <T>(lines: string): readonly T[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
