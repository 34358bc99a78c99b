import type { ChalkInstance } from 'chalk';
import type { Reporter } from '../core/event.ts';
import { AD_HOC_WORDS, isOfCommand, sortKeys } from './ad-hoc-lines.ts';
import { paintOf, type Told } from './told.ts';

/** Prints one line per host, as `ansible --one-line` does. */
export function oneLineReporter(write: (text: string) => void, chalk: ChalkInstance): Reporter {
  return (event) => {
    if (event.kind === 'task-finished') write(`${paintOf(event.outcome.status, chalk)(lineOf(event))}\n`);
  };
}

function lineOf(event: Told): string {
  const { status, result } = event.outcome;
  const start = `${event.host} | ${AD_HOC_WORDS[status]}`;
  if (status === 'unreachable') return `${start}!: ${escaped(result['msg'])}`;
  if (status === 'skipped') return start;
  if (status === 'failed') return `${start}! => ${json(result)}`;
  if (!isOfCommand(event)) return `${start} => ${json(result)}`;
  const errors = escaped(result['stderr']);
  return `${start} | rc=${String(result['rc'])} | (stdout) ${escaped(result['stdout'])}${errors === '' ? '' : ` (stderr) ${errors}`}`;
}

const escaped = (text: unknown): string =>
  String(text ?? '')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');

const json = (result: unknown): string => JSON.stringify(result, sortKeys, 1).replace(/\n */g, '');
