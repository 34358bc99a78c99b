import type { Event } from '../core/event.ts';
import { printable } from './printable.ts';

/** How long a command runs before its output is shown: until then, its outcome is told soon enough. */
const SHOWN_AFTER_MS = 3000;

/** The lines that are kept until then. */
const MOST_LINES = 100;

/** What a host's command has written, as long as it may end soon. */
interface Kept {
  lines: string[];
  left: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Tells the output of commands while they run, line by line with its host, once they have run for some seconds: so logs of
 * long runs are not silent, and those of short ones not longer.
 */
export function runningOutput(write: (line: string) => void): (event: Event) => void {
  const kept = new Map<string, Kept | 'shown'>();
  const tell = (host: string, lines: readonly string[]): void => {
    for (const text of lines) write(`${printable(host)} | ${text}`);
  };
  const show = (host: string): void => {
    const one = kept.get(host);
    if (one === undefined || one === 'shown') return;
    kept.set(host, 'shown');
    if (one.left > 0) tell(host, [`… (${one.left} lines before)`]);
    tell(host, one.lines);
  };
  const end = (host: string): void => {
    const one = kept.get(host);
    if (one !== undefined && one !== 'shown') clearTimeout(one.timer);
    kept.delete(host);
  };
  return (event) => {
    if (event.kind === 'task-finished' || event.kind === 'item-finished' || event.kind === 'task-started')
      return end(event.host);
    if (event.kind !== 'output') return;
    const { host } = event;
    const before = kept.get(host);
    const lines = settledLines(event.text);
    if (before === 'shown') return tell(host, lines);
    const one = before ?? { lines: [], left: 0, timer: setTimeout(show, SHOWN_AFTER_MS, host).unref() };
    const all = [...one.lines, ...lines];
    one.left += Math.max(0, all.length - MOST_LINES);
    one.lines = all.slice(-MOST_LINES);
    kept.set(host, one);
  };
}

/** The lines of output as a terminal leaves them: of what a progress bar writes over itself, the last. */
const settledLines = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const last = line.split('\r').findLast((part) => part.trim() !== '');
    return last === undefined ? [] : [printable(last).trimEnd()];
  });
