import type { ChalkInstance } from 'chalk';
import type { Reporter } from '../core/event.ts';
import { AD_HOC_WORDS, isOfCommand, sortKeys } from './ad-hoc-lines.ts';
import { paintOf } from './told.ts';

/** Prints one result per host, and the output of commands, as `ansible PATTERN -m TYPE` does. */
export function minimalReporter(write: (text: string) => void, chalk: ChalkInstance): Reporter {
  return (event) => {
    if (event.kind !== 'task-finished') return;
    const { status, result } = event.outcome;
    const word = AD_HOC_WORDS[status];
    const paint = paintOf(status, chalk);
    const output = [result['stdout'], result['stderr'], status === 'failed' ? result['msg'] : undefined].filter(
      (text) => typeof text === 'string' && text !== '',
    );
    write(
      isOfCommand(event)
        ? `${paint(`${event.host} | ${word} | rc=${String(result['rc'])} >>\n${output.join('\n')}`)}\n`
        : `${paint(`${event.host} | ${word}${status === 'failed' || status === 'unreachable' ? '!' : ''} => ${JSON.stringify(result, sortKeys, 4)}`)}\n`,
    );
  };
}
