/**
 * A handler that was notified but has not run yet, as recorded in a host's journal: one line with tab-separated
 * fields.
 */
export interface HandlerNote {
  /** Playbook, play and handler. In a note from an older version: playbook and handler. */
  readonly name: string;
  /** Notes from older versions lack this field and those after it. */
  readonly by?: Notifier;
  /** Validating blocks that may yet roll back the only changes that notified it. */
  readonly blocks: readonly string[];
}

/** The task that notified a handler, and when. */
interface Notifier {
  /** The run, identified by its start time and a random part. */
  readonly run: string;
  /** The task, to recognize the same task in a later run. */
  readonly task: string;
  /** The number of the play's own flushes (after pre_tasks, tasks and post_tasks) before the task. */
  readonly section: number;
}

/** The mark of a run in its notes. */
export const runMark = (startedAt: Date, random: string): string => `${startedAt.toISOString()} ${random}`;

/** When a run began, for messages; undefined if the mark is not from a run. */
export function whenOf(mark: string): string | undefined {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+Z [\da-f]+$/.exec(mark) ?? [];
  return day === undefined ? undefined : `${day} ${time} UTC`;
}

/** Make arbitrary text safe for a field. */
export const asField = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** The fields of a note, in the order of its line. */
export const fieldsOf = ({ name, by, blocks }: HandlerNote): readonly string[] => [
  asField(name),
  ...(by === undefined ? [] : [by.run, String(by.section), asField(by.task)]),
  ...blocks.map(blockField),
];

/** How a note refers to a validating block. */
export const blockField = (block: string): string => `block:${block}`;

/** Parse a note. A line that was not written by any version is read as the name of a handler that does not exist. */
export function readNote(line: string): HandlerNote {
  const [name = '', run, section, task, ...rest] = line.split('\t');
  if (run === undefined || task === undefined || whenOf(run) === undefined || !/^\d{1,4}$/.test(section ?? ''))
    return { name: line, blocks: [] };
  const blocks = rest.filter((field) => field.startsWith('block:')).map((field) => field.slice('block:'.length));
  return { name, by: { run, section: Number(section), task }, blocks };
}
