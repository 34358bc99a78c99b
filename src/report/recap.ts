import type { ChalkInstance } from 'chalk';
import type { Event, HostSummary } from '../core/event.ts';
import { fitted, type Told } from './told.ts';

type Finished = Extract<Event, { kind: 'run-finished' }>;

const keys = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored', 'unless', 'unknown'] as const;

/** The recap as Ansible prints it: a line per host with all counts, in its columns. */
export const ansibleRecap = ({ summaries }: Finished, chalk: ChalkInstance): readonly string[] =>
  rowsOf(Object.keys(summaries).sort(), { summaries, chalk, atLeast: 26 }, (summary) =>
    keys
      .filter((key) => key !== 'unknown' && key !== 'unless')
      .map((key) => `${key}=${summary[key]}`.padEnd(key.length + 5))
      .join(' '),
  );

/** The recap with a line per host, failed hosts first. Counts other than ok, changed and failed are left out if all hosts have zero. */
export function recapLines({ summaries }: Finished, chalk: ChalkInstance): readonly string[] {
  const hosts = Object.keys(summaries).sort();
  const gravest = hosts.toSorted((a, b) => gravity(summaries[a]) - gravity(summaries[b]));
  const shown = keys.filter(
    (key) => ['ok', 'changed', 'failed'].includes(key) || hosts.some((host) => (summaries[host]?.[key] ?? 0) > 0),
  );
  const widths = new Map(
    shown.map((key) => [key, Math.max(...hosts.map((host) => `${key}=${summaries[host]?.[key] ?? 0}`.length))]),
  );
  return rowsOf(gravest, { summaries, chalk, atLeast: 0 }, (summary) =>
    shown
      .map((key) => `${key}=${summary[key]}`.padEnd(widths.get(key) ?? 0))
      .join(' ')
      .trimEnd(),
  );
}

function rowsOf(
  hosts: readonly string[],
  { summaries, chalk, atLeast }: { summaries: Finished['summaries']; chalk: ChalkInstance; atLeast: number },
  counts: (summary: HostSummary) => string,
): readonly string[] {
  const width = Math.max(atLeast, ...hosts.map((host) => host.length));
  return hosts.flatMap((host) => {
    const summary = summaries[host];
    return summary === undefined ? [] : [`${paintHost(host.padEnd(width), summary, chalk)} : ${counts(summary)}`];
  });
}

function gravity(summary: HostSummary | undefined): number {
  const { failed = 0, unreachable = 0, changed = 0, unknown = 0, unless = 0 } = summary ?? {};
  const place = [failed + unreachable, changed, unknown + unless].findIndex((count) => count > 0);
  return place === -1 ? 3 : place;
}

function paintHost(
  host: string,
  { failed, unreachable, changed, unknown, unless }: HostSummary,
  chalk: ChalkInstance,
): string {
  if (failed + unreachable > 0) return chalk.red(host);
  if (changed > 0) return chalk.yellow(host);
  return unknown + unless > 0 ? chalk.magenta(host) : chalk.green(host);
}

/** Repeats each failure that ended a host's run (hosts, task, position, reason) at the end of the output, where people look first. */
export function failureRecap(failures: readonly Told[], { summaries }: Finished, width: number): readonly string[] {
  const ended = Object.keys(summaries)
    .sort()
    .flatMap((host) => {
      const count = (summaries[host]?.failed ?? 0) + (summaries[host]?.unreachable ?? 0);
      // Earlier failures were caught by a rescue.
      return count === 0 ? [] : failures.filter((one) => one.host === host).slice(-count);
    });
  const hostsOf = new Map<string, string[]>();
  for (const failure of ended) {
    const { file, line } = failure.task.at;
    const text = `  ${fitted(`${failure.task.name} (${file}:${line})`, width - 2)}\n    ${fitted(reasonOf(failure), width - 4)}`;
    const hosts = hostsOf.get(text) ?? [];
    hostsOf.set(text, hosts.includes(failure.host) ? hosts : [...hosts, failure.host]);
  }
  return [...hostsOf].map(([text, hosts]) => `${wrapped(hosts, width)}\n${text}`);
}

function reasonOf({ outcome: { message = 'failed', result } }: Told): string {
  const rc = result['rc'];
  const code = typeof rc === 'number' && rc !== 0 && !message.includes(`${rc}`) ? ` (exit code ${rc})` : '';
  const last = lastLine(result['stderr']) || lastLine(result['stdout']);
  return last === '' || message.includes(last) ? `${message}${code}` : `${message}${code}: ${last}`;
}

const lastLine = (text: unknown): string => (typeof text === 'string' ? (text.trim().split('\n').at(-1) ?? '') : '');

/** Names wrapped into lines that fit. */
function wrapped(names: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const word = index === names.length - 1 ? name : `${name},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

/** A note if a check's exit code hides drift: with unreachable hosts it is 4, even if other hosts differ. */
export function hiddenDrift({ summaries }: Finished): string | undefined {
  const all = Object.entries(summaries);
  const away = all.filter(([, { unreachable }]) => unreachable > 0);
  const differ = all.filter(([, { changed }]) => changed > 0);
  if (away.length === 0 || differ.length === 0) return undefined;
  const names = (some: typeof all): string => some.map(([host]) => host).join(', ');
  return `exit code 4: unreachable: ${names(away)}; drift was found on: ${names(differ)}`;
}
