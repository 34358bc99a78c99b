import type { ChalkInstance } from 'chalk';
import type { Reporter } from '../core/event.ts';
import { paintOf } from './told.ts';

/** Prints one result per host, and the output of commands, as `ansible PATTERN -m TYPE` does. */
export function minimalReporter(write: (text: string) => void, chalk: ChalkInstance): Reporter {
  return (event) => {
    if (event.kind !== 'task-finished') return;
    const { status, result } = event.outcome;
    const word = {
      ok: 'SUCCESS',
      changed: 'CHANGED',
      unknown: 'UNKNOWN',
      unless: 'UNLESS',
      skipped: 'SKIPPED',
      failed: 'FAILED',
      unreachable: 'UNREACHABLE',
    }[status];
    const paint = paintOf(status, chalk);
    const isCommand = /(^|\.)(command|shell|raw|script)$/.test(event.task.type) && result['rc'] !== undefined;
    const output = [result['stdout'], result['stderr'], status === 'failed' ? result['msg'] : undefined].filter(
      (text) => typeof text === 'string' && text !== '',
    );
    write(
      isCommand
        ? `${paint(`${event.host} | ${word} | rc=${String(result['rc'])} >>\n${output.join('\n')}`)}\n`
        : `${paint(`${event.host} | ${word}${status === 'failed' || status === 'unreachable' ? '!' : ''} => ${JSON.stringify(result, sortKeys, 4)}`)}\n`,
    );
  };
}

/** Sorts keys alphabetically, as Ansible does in results. */
const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
