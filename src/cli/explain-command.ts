import { resolve } from 'node:path';
import type { PastFinding } from '../audit/history.ts';
import { historyPlace } from '../audit/journal.ts';
import { statOf } from '../core/local-file.ts';
import { markdownPage, textPage } from '../explain/page.ts';
import { runbookOf } from '../explain/runbook.ts';
import type { CallIo } from './command.ts';
import { withHistory } from './history-command.ts';
import { loadToRead } from './load-to-read.ts';
import { tellFound } from './tell-found.ts';

/** Writes a runbook made of playbooks. Returns the exit code. */
export async function explainCommand(files: readonly string[], isMarkdown: boolean, io: CallIo): Promise<number> {
  const read = await loadToRead(files, io);
  if (typeof read === 'number') return read;
  const { loaded, readFile, known } = read;
  if (!loaded.ok) {
    tellFound({ found: loaded.error, readFile }, undefined, io);
    return 1;
  }
  const audits = lastAudits(files, io);
  if (typeof audits === 'number') return audits;
  const page = runbookOf(loaded.value, {
    typeOf: known,
    stateOf: (playbook, step) => stateText(audits.get(playbook), step),
  });
  io.stdout.write(isMarkdown ? markdownPage(page) : textPage(page));
  return 0;
}

interface LastAudit {
  readonly startedAt: string;
  readonly findings: readonly PastFinding[];
}

/** How many runs back an audit may be. */
const RUNS = 500;

/** The last audit of each playbook that is in the history; or the exit code, if that cannot be read. */
function lastAudits(files: readonly string[], io: CallIo): ReadonlyMap<string, LastAudit> | number {
  const place = historyPlace(io.env);
  const found = new Map<string, LastAudit>();
  if (place === undefined || (statOf(place.database) ?? statOf(place.journal)) === undefined) return found;
  const code = withHistory(io, (history) => {
    const audits = history.runs(RUNS).filter(({ kind }) => kind === 'audit');
    for (const file of files) {
      const last = audits.find(({ playbooks }) => playbooks.includes(resolve(io.cwd, file)));
      const run = last === undefined ? undefined : history.run(last.id);
      if (run !== undefined) found.set(file, run);
    }
    return 0;
  });
  return code === 0 ? found : code;
}

/** What an audit found of a step. That it found nothing need not mean that the step is done: it tells no more than it knows. */
function stateText(audit: LastAudit | undefined, step: string): string | undefined {
  if (audit === undefined) return undefined;
  const when = `${audit.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const own = audit.findings.filter(({ task }) => task.step === step);
  const away = [...new Set(audit.findings.filter(({ kind }) => kind === 'unreachable').map(({ host }) => host))];
  const but = away.length === 0 ? '' : ` (${away.join(', ')} could not be reached)`;
  if (own.length === 0) return `The audit of ${when} found nothing of this step${but}.`;
  return `The audit of ${when} found${but}: ${own.map(({ kind, host, task }) => `${host}: ${task.name}: ${kind}`).join('; ')}.`;
}
