/** A handler that was notified and has not run yet, as a host's journal has it: one line, fields separated by tabs. */
export interface HandlerNote {
  /** Playbook, play and handler. In a note of an older version: playbook and handler. */
  readonly name: string;
  /** What follows is unknown of notes of older versions. */
  readonly by?: Notifier;
  /** Validating blocks that may yet put back the only changes that notified it. */
  readonly blocks: readonly string[];
}

/** What notified a handler, and when. */
interface Notifier {
  /** The run, by when it began and a random part. */
  readonly run: string;
  /** The task, so that the same task of a later run is recognized. */
  readonly task: string;
  /** How many of the play's own flushes (after pre_tasks, tasks and post_tasks) come before the task. */
  readonly section: number;
}

/** How a run marks its notes. */
export const runMark = (startedAt: Date, random: string): string => `${startedAt.toISOString()} ${random}`;

/** When a run began, for people; undefined where a mark is none that a run gave. */
export function whenOf(mark: string): string | undefined {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+Z [\da-f]+$/.exec(mark) ?? [];
  return day === undefined ? undefined : `${day} ${time} UTC`;
}

/** A field may hold anything that people write. */
export const asField = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** The fields of a note, in the order in which its line has them. */
export const fieldsOf = ({ name, by, blocks }: HandlerNote): readonly string[] => [
  asField(name),
  ...(by === undefined ? [] : [by.run, String(by.section), asField(by.task)]),
  ...blocks.map(blockField),
];

/** How a note names a validating block. */
export const blockField = (block: string): string => `block:${block}`;

/** A note as it was written; a line that no version wrote is taken as a name that no handler has. */
export function readNote(line: string): HandlerNote {
  const [name = '', run, section, task, ...rest] = line.split('\t');
  if (run === undefined || task === undefined || whenOf(run) === undefined || !/^\d{1,4}$/.test(section ?? ''))
    return { name: line, blocks: [] };
  const blocks = rest.filter((field) => field.startsWith('block:')).map((field) => field.slice('block:'.length));
  return { name, by: { run, section: Number(section), task }, blocks };
}
