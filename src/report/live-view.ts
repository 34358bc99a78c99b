import type { ChalkInstance } from 'chalk';

/** The current activity of a host. */
export interface Busy {
  readonly host: string;
  readonly task: string;
  readonly doing: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The last line that a long command printed. */
  readonly output?: string;
}

/** Counters for the current play. */
export interface Progress {
  readonly play: string;
  readonly hosts: number;
  readonly tasks: number;
  readonly changed: number;
  readonly failed: number;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * The live lines: one per busy host, the longest-running first, as many as fit, then a line with totals. Lines for quick tasks would only
 * flicker, so hosts that have just become busy are only counted.
 */
export function liveLines(
  busy: readonly Busy[],
  progress: Progress,
  now: number,
  size: { rows: number; columns: number },
  chalk: ChalkInstance,
): readonly string[] {
  const slow = busy.filter(({ since }) => now - since > 150).sort((a, b) => a.since - b.since);
  const room = Math.max(1, Math.min(slow.length, Math.floor(size.rows / 2), 12));
  const width = Math.max(0, ...slow.slice(0, room).map(({ host }) => host.length));
  const frame = frames[Math.floor(now / 80) % frames.length]!;
  const lines = slow.slice(0, room).map((one) => {
    const what = one.output === undefined || one.output === '' ? one.doing : `${one.doing}: ${one.output}`;
    return shortened(
      `${frame} ${one.host.padEnd(width)}  ${seconds(now - one.since).padStart(7)}  ${one.task}  ${what}`,
      size.columns,
    );
  });
  return [
    ...lines.map((line) => chalk.cyan(line)),
    chalk.dim(shortened(countLine(busy.length, slow.length - room, progress), size.columns)),
  ];
}

function countLine(busy: number, hidden: number, { play, hosts, tasks, changed, failed }: Progress): string {
  const parts = [`${busy} of ${counted(hosts, 'host')} busy`, `${counted(tasks, 'task')} done`, `${changed} changed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (hidden > 0) parts.push(`${counted(hidden, 'more host')} not shown`);
  return `  ${play}: ${parts.join(', ')}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;

const shortened = (line: string, columns: number): string =>
  line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
