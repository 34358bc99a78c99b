import { relative } from 'node:path';
import { LINT, ORPHAN } from '../audit/finding.ts';
import { type Episode, History, type PastFinding, type PastRun } from '../audit/history.ts';
import { historyPlace } from '../audit/journal.ts';
import { changeText } from '../core/change.ts';
import { systemReason } from '../core/system-error.ts';
import { visibleIn } from '../core/visible.ts';
import { fitted } from '../report/told.ts';
import type { CallIo } from './command.ts';

/** Opens the history with what runs have left in the journal, and closes it afterwards. Returns the exit code. */
export function withHistory(io: CallIo, work: (history: History) => number): number {
  const place = historyPlace(io.env);
  if (place === undefined) return io.refuse(['RETRACE_HISTORY=off: no history is kept']);
  try {
    using history = new History(place);
    const unread = history.takeJournal();
    if (unread > 0) io.stderr.write(`${unread} lines of ${place.journal} could not be read\n`);
    return work(history);
  } catch (error) {
    const reason =
      systemReason(error) ?? (error instanceof Error && error.name === 'SQLite3Error' ? error.message : undefined);
    if (reason === undefined) throw error;
    return io.refuse([`the history ${place.database}: ${reason}`]);
  }
}

/** Lists past runs, or shows one. */
export async function historyCommand(
  { most = 20, output }: { readonly most: number | undefined; readonly output: string | undefined },
  [verb, number, ...more]: readonly string[],
  io: CallIo,
): Promise<number> {
  if (verb !== undefined && verb !== 'show') return io.refuse([`expected \`show NUMBER\`, got "${verb}"`]);
  if (verb === 'show' && (number === undefined || !/^\d+$/.test(number) || more.length > 0))
    return io.refuse([`expected the number of a run, got "${number ?? ''}"`]);
  return withHistory(io, (history) => {
    if (verb === undefined) {
      const runs = history.runs(most);
      io.stdout.write(output === 'json' ? jsonText(runs) : listText(runs, io.cwd));
      return 0;
    }
    const run = history.run(Number(number));
    if (run === undefined) return io.refuse([`there is no run ${number} in the history`]);
    io.stdout.write(
      output === 'json'
        ? jsonText(run)
        : `${listText([run], io.cwd)}${run.findings.map((one) => foundLine(one, run.kind)).join('')}`,
    );
    return 0;
  });
}

/** Shows what is not as declared, since when; or what was, and by which run it was repaired. */
export async function driftCommand(
  { ended, output }: { readonly ended: boolean; readonly output: string | undefined },
  host: string | undefined,
  io: CallIo,
): Promise<number> {
  return withHistory(io, (history) => {
    if (host !== undefined && !history.knowsHost(host)) return io.refuse([`the history knows no host "${host}"`]);
    const episodes = history.episodes(host, ended);
    if (output === 'json') io.stdout.write(jsonText(episodes));
    else if (episodes.length === 0)
      io.stdout.write(
        `nothing ${ended ? 'has ended' : 'is known to differ'}${host === undefined ? '' : ` on ${host}`}\n`,
      );
    else io.stdout.write(visibleIn(episodes).map(episodeLines).join(''));
    return 0;
  });
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function listText(runs: readonly PastRun[], cwd: string): string {
  if (runs.length === 0) return 'no run has been kept yet\n';
  const rows = runs.map(({ id, startedAt, kind, user, playbooks, exitCode, hosts, revision, plan }) => [
    String(id),
    minute(startedAt),
    kind,
    user,
    `exit ${exitCode}`,
    countsOf(hosts),
    playbooks.map((file) => relative(cwd, file)).join(' ') +
      (revision === undefined ? '' : ` @${revision.slice(0, 10)}`) +
      (plan === undefined ? '' : ` plan ${plan.slice(0, 12)}`),
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `${visibleIn(row)
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function countsOf(hosts: PastRun['hosts']): string {
  const all = Object.values(hosts);
  const sum = (key: keyof PastRun['hosts'][string]): number => all.reduce((total, one) => total + one[key], 0);
  const counts = (['ok', 'changed', 'failed', 'unreachable'] as const).map((key) => [key, sum(key)] as const);
  const shown = counts.filter(([key, count]) => key === 'ok' || count > 0).map(([key, count]) => `${key}=${count}`);
  return `${all.length} host${all.length === 1 ? '' : 's'}: ${shown.join(' ')}`;
}

const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;

function foundLine(found: PastFinding, kind: PastRun['kind']): string {
  const shown = visibleIn(found);
  const word = kind === 'run' && found.kind === 'drift' ? 'changed' : found.kind;
  return `  ${shown.id}  ${word}: ${shown.host}: ${whatText(shown)}\n`;
}

function whatText({ task, item, subject, changes, reason }: PastFinding): string {
  const label = item === undefined ? '' : ` (item=${item})`;
  const about = subject === undefined || `${task.name}${label}`.includes(subject) ? '' : ` ${subject}`;
  const found = changes.map((change) => changeText(change)).join('; ') || (reason ?? 'would change');
  return `${task.name}${label}${about}: ${fitted(found, 300)}`;
}

function episodeLines(episode: Episode): string {
  const { id, host, firstSeen, lastSeen, times, cause, ended } = episode;
  const seen =
    times === 1 ? `seen ${minute(firstSeen)}` : `seen ${times} times, ${minute(firstSeen)} to ${minute(lastSeen)}`;
  const repaired = ended?.how === 'repaired' ? `repaired by run ${ended.run}` : 'found in order';
  const end = ended === undefined ? '' : `; ${repaired} ${minute(ended.at)}`;
  const { type } = episode.task;
  const what = type === LINT || type === ORPHAN ? type : cause;
  const by = (episode.doneBy ?? []).map(({ at, text }) => `            by: ${minute(at)}, ${fitted(text, 300)}\n`);
  return `${id}  ${host}: ${whatText(episode)}\n            ${what}, ${seen}${end}\n${by.join('')}`;
}
