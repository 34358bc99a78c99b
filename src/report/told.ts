import type { ChalkInstance } from 'chalk';
import type { Event, Outcome, Status, ToldOutcome } from '../core/event.ts';

/** An event that reports how a task, or one item of its loop, ended. */
export type Told = Extract<Event, { kind: 'item-finished' | 'task-finished' }>;

/** Whether the purpose of a task is to print something. */
export const isDebug = ({ type }: { readonly type: string }): boolean => /(^|\.)debug$/.test(type);

/** The values that a `debug` task shows: with a message, that alone, as Ansible does. */
export const shownOf = (result: Outcome['result']) =>
  Object.fromEntries(
    Object.entries(result).filter(([key]) => !NOT_SHOWN.has(key) && !('msg' in result && OF_ITEMS.has(key))),
  );

const NOT_SHOWN: ReadonlySet<string> = new Set(['changed', 'failed', '_ansible_verbose_always']);
const OF_ITEMS: ReadonlySet<string> = new Set(['item', 'ansible_loop_var', 'ansible_loop', 'ansible_index_var']);

/** The colour of a status. */
export const paintOf = (status: Status, chalk: ChalkInstance): ChalkInstance =>
  ({
    ok: chalk.green,
    changed: chalk.yellow,
    unknown: chalk.magenta,
    unless: chalk.magenta,
    skipped: chalk.cyan,
    failed: chalk.red,
    unreachable: chalk.red,
  })[status];

/** The tasks that an outcome depends on, the nearest first, as in `unless "deploy" changes it`. */
export function unlessOf({ unless = [], would }: Pick<ToldOutcome, 'unless' | 'would'>): string {
  const [first, second, ...others] = unless.toReversed().map((task) => `"${task}"`);
  if (first === undefined) return '';
  const [alone, together] = would === 'failed' ? ['fixes', 'fix'] : ['changes', 'change'];
  if (second === undefined) return `, unless ${first} ${alone} it`;
  const last = others.length === 0 ? `${first} or ${second}` : `${first}, ${second} or ${others.length} more`;
  return `, unless ${last} ${together} it`;
}

/** Indents each line. */
export const indent = (text: string): string => text.replace(/^/gm, '    ');

/** Cuts text to fit on one line, with an ellipsis if it was longer. */
export function fitted(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Whether the items of a loop have already been reported. Then only the overall status of the task is new. */
export const isToldByItems = (event: Event): boolean =>
  event.kind === 'task-finished' &&
  event.looped === true &&
  !['unreachable', 'unknown'].includes(event.outcome.status) &&
  !(event.outcome.status === 'skipped' && isEmpty(event.outcome.result['results']));

const isEmpty = (results: unknown): boolean => Array.isArray(results) && results.length === 0;
