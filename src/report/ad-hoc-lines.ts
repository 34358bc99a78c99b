import type { Status } from '../core/event.ts';
import type { Told } from './told.ts';

/** Ansible's words for how a task ended on a host, for one result per host. */
export const AD_HOC_WORDS: Readonly<Record<Status, string>> = {
  ok: 'SUCCESS',
  changed: 'CHANGED',
  unknown: 'UNKNOWN',
  unless: 'UNLESS',
  skipped: 'SKIPPED',
  failed: 'FAILED',
  unreachable: 'UNREACHABLE',
};

/** Whether the result is a command's, whose output is shown instead of JSON. */
export const isOfCommand = ({ task, outcome }: Told): boolean =>
  /(^|\.)(command|shell|raw|script)$/.test(task.type) && outcome.result['rc'] !== undefined;

/** Sorts keys alphabetically, as Ansible does in results. */
export const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
