import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { auditOf } from '../audit/audit-of.ts';
import { readBaselines, withAccepted } from '../audit/baseline.ts';
import { type Collected, collector, hostsReached } from '../audit/collect.ts';
import { type Audit, type HostFinding, ORPHAN, type PastAudit, type Seen } from '../audit/finding.ts';
import { fold, withSeen } from '../audit/fold.ts';
import { type Further, furtherRound } from '../audit/further-round.ts';
import { History } from '../audit/history.ts';
import type { HistoryPlace } from '../audit/journal.ts';
import { newsOf } from '../audit/news.ts';
import { nextAuditAfter } from '../audit/next-audit.ts';
import { findOrphans, NO_ORPHANS } from '../audit/orphans/orphans.ts';
import { watchDeclarations } from '../audit/orphans/watch.ts';
import { type RunRecord, recordOf } from '../audit/record.ts';
import type { Trace } from '../audit/traces/trace.ts';
import { recordingOf } from '../audit/unmanaged/declared.ts';
import { waysIn } from '../audit/ways-in.ts';
import { systemReason } from '../core/system-error.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { parseShard } from '../language/inventory/shard.ts';
import { createChalk } from '../report/index.ts';
import { auditOutputs, eventOutputs, writeAudit } from './audit-outputs.ts';
import type { CallIo } from './command.ts';
import { placeOfRun } from './keep-run.ts';
import { AS_CHECK, type AuditLine, type Parsed } from './options.ts';
import { isPartial, playCommand, runOnce } from './play-command.ts';
import { type Destinations, sendNews, wrongDestinations } from './send-news.ts';
import { version } from './version.ts';

/** Checks playbooks and reports their findings. Returns the exit code. */
export async function auditCommand(line: AuditLine, io: CallIo): Promise<number> {
  const { 'mail-to': mailTo = [], 'post-to': postTo = process.env['RETRACE_POST_TO'] } = line.options;
  const destinations = { mailTo, postTo: postTo === '' ? undefined : postTo };
  const wrong = line.options['remove-timer'] ? [] : wrongDestinations(destinations);
  if (wrong.length > 0) return io.refuse(wrong);
  if (line.options['install-timer'] || line.options['remove-timer'])
    return (await import('./audit-timer.ts')).auditTimer(line, io);
  if (line.options['user-timer']) return io.refuse(['--user-timer: only with --install-timer or --remove-timer']);
  const read = auditOutputs(line.options.output ?? ['text']);
  if (!read.ok) return io.refuse(read.mistakes);
  const { outputs } = read;
  const baseline = readBaselines(line.rest.map((file) => dirname(resolve(file))));
  if (!baseline.ok) {
    const lines = baseline.error.map((one) => `${formatDiagnostic(one, (file) => readFileSync(file, 'utf8'))}\n`);
    io.stderr.write(lines.join(''));
    return 1;
  }
  const place = placeOfRun(process.env, { face: io.face, isLab: line.options.lab });
  const isSent = mailTo.length > 0 || destinations.postTo !== undefined;
  if (isSent && place === undefined)
    return io.refuse(['--mail-to, --post-to: without a history, nobody knows what is new (RETRACE_HISTORY)']);
  const { report: watchWays, ways } = waysIn();
  let further = NOTHING_FURTHER;
  let orphans = NO_ORPHANS;
  let found: { readonly collected: Collected; readonly errors: readonly string[] } | undefined;
  const code = await playCommand(asCheck(line), io, {
    reporter: async (options) => {
      const streams = await eventOutputs(outputs, options);
      const { report, end } = collector();
      return (event) => {
        watchWays(event);
        for (const stream of streams) stream.report(event);
        report(event);
        if (event.kind !== 'run-finished') return;
        for (const stream of streams) stream.finish();
        const collected = end();
        found = { collected, errors: collected.errors.map(options.formatDiagnostic) };
      };
    },
    perform: async ({ loaded, secrets }) => {
      const recording = line.options.lints ? recordingOf(loaded.context) : undefined;
      const { context } = loaded;
      const isWhole = place !== undefined && !isPartial(line.options) && (line.options.limit ?? []).length === 0;
      const watch = isWhole ? watchDeclarations({ asksUnrun: true }) : undefined;
      const watched = recording?.context ?? context;
      const options = { ...watched.options, ...(watch && { declarations: watch }) };
      const exitCode = await runOnce({ loaded: { ...loaded, context: { ...watched, options } } });
      if (found === undefined || found.collected.interrupted) return exitCode;
      const { collected } = found;
      if (watch !== undefined && place !== undefined && found.errors.length === 0) {
        const search = { ...searchOf(collected), context, watch, secrets, version };
        orphans = await withThings(place, io, (history) => findOrphans({ ...search, history }));
      }
      if (!line.options.lints && !line.options.causes) return exitCode;
      const { audits, causes } = pastOf(place, collected, io);
      const traced = line.options.causes ? collected.findings.filter((one) => hasStrayed(one, causes)) : [];
      const lints = recording && { nextAudit: nextAuditAfter(collected.startedAt, audits), recording };
      const told = await furtherRound(context, { hosts: hostsReached(collected), ways, lints, traced });
      further = {
        findings: secrets.mask(told.findings),
        linted: told.linted,
        traces: new Map([...told.traces].map(([one, traces]) => [one, secrets.mask(traces)])),
      };
      return exitCode;
    },
  });
  if (found === undefined) {
    // Otherwise nobody would hear of it: what is audited at night is read by nobody.
    if (isSent && code !== 0) await tell(notDone(line.rest, code), destinations, io);
    return code;
  }
  const { collected } = found;
  const all = [
    ...collected.findings.map((one) => withTraces(one, further.traces.get(one))),
    ...further.findings,
    ...orphans.findings,
  ];
  const findings = withAccepted(all, baseline.value, new Date().toISOString().slice(0, 10));
  const audit = auditOf({ ...collected, findings }, fold(findings), found.errors);
  const record = {
    ...recordOf({ ...collected, findings }, 'audit'),
    exitCode: audit.exitCode,
    linted: withOrphans(further.linted, orphans.searched),
    retired: orphans.gone,
  };
  const kept = place === undefined || collected.interrupted ? NOTHING_KNOWN : keep(place, record, io);
  const shard = parseShard(line.options.shard ?? '');
  const known = {
    ...audit,
    ...(shard !== undefined && { shard }),
    findings: withSeen(audit.findings, kept.seen),
    history: kept.audits,
  };
  await writeAudit(known, outputs, {
    diff: line.options.diff,
    verbose: line.options.verbose > 0,
    colour: createChalk(process.stdout, process.env).level > 0,
  });
  const news = isSent && !collected.interrupted ? newsOf(known) : undefined;
  const isTold = news === undefined || (await tell(news, destinations, io));
  return isTold ? audit.exitCode : 1;
}

/** Sends news. Returns whether all went well. */
async function tell(news: Audit, destinations: Destinations, io: CallIo): Promise<boolean> {
  const problems = await sendNews(news, destinations);
  io.stderr.write(problems.map((problem) => `run audit: ${problem}\n`).join(''));
  return problems.length === 0;
}

/** An audit that did not begin. */
const notDone = (playbooks: readonly string[], exitCode: number): Audit => ({
  startedAt: new Date().toISOString(),
  version,
  playbooks,
  hosts: {},
  findings: [],
  errors: [`the audit could not be made (exit code ${exitCode}); its output says why`],
  exitCode,
});

/** Where orphans are searched for. */
const searchOf = (collected: Collected) => ({
  hosts: hostsReached(collected),
  playbooks: collected.playbooks.map((file) => resolve(file)),
});

/** Does something with what the history knows. If it cannot be read, there is nothing: whoever keeps this audit says so. */
async function withThings<T>(
  place: HistoryPlace,
  io: CallIo,
  work: (history: History) => Promise<T>,
): Promise<T | typeof NO_ORPHANS> {
  let history: History;
  try {
    history = new History(place);
  } catch {
    return NO_ORPHANS;
  }
  try {
    takeJournal(history, place, io);
    return await work(history);
  } finally {
    history[Symbol.dispose]();
  }
}

/** On which hosts orphans were searched for is kept like a lint: what is found no more is over. */
const withOrphans = (
  linted: Further['linted'],
  searched: readonly string[],
): Readonly<Record<string, readonly string[]>> => ({
  ...linted,
  ...Object.fromEntries(searched.map((host) => [host, [...(linted[host] ?? []), ORPHAN]])),
});

/** What the history knows. */
interface Kept {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly audits: readonly PastAudit[];
}

const NOTHING_FURTHER: Further = { findings: [], linted: {}, traces: new Map() };

const NOTHING_KNOWN: Kept = { seen: new Map(), audits: [] };

/** The number of earlier audits that a report shows. */
const SHOWN_AUDITS = 60;

/** What the history has about the same playbooks; nothing, if it cannot be read: whoever keeps this audit says so. */
function pastOf(place: HistoryPlace | undefined, collected: Collected, io: CallIo): Past {
  const { playbooks, startedAt, judged, findings } = collected;
  if (place === undefined) return { audits: [], causes: new Map() };
  try {
    using history = new History(place);
    takeJournal(history, place, io);
    const files = playbooks.map((file) => resolve(file));
    return { audits: history.audits(files, startedAt, SHOWN_AUDITS), causes: history.causes({ judged, findings }) };
  } catch {
    return { audits: [], causes: new Map() };
  }
}

interface Past {
  readonly audits: readonly PastAudit[];
  readonly causes: ReadonlyMap<string, Seen['cause']>;
}

/** Whether a host changed by itself: if the declaration did, the cause is known. */
const hasStrayed = ({ id, host, kind }: HostFinding, causes: Past['causes']): boolean =>
  kind === 'drift' && causes.get(`${id} ${host}`) !== 'intended';

const withTraces = (finding: HostFinding, doneBy: readonly Trace[] = []): HostFinding =>
  doneBy.length === 0 ? finding : { ...finding, doneBy };

function takeJournal(history: History, { journal }: HistoryPlace, io: CallIo): void {
  const unread = history.takeJournal();
  if (unread > 0) io.stderr.write(`run audit: ${unread} lines of ${journal} could not be read\n`);
}

/** Keeps the audit in the history, and tells since when its findings have been known. */
function keep(place: HistoryPlace, record: RunRecord, io: CallIo): Kept {
  try {
    using history = new History(place);
    takeJournal(history, place, io);
    const audits = history.audits(record.playbooks, record.startedAt, SHOWN_AUDITS);
    return { seen: history.add(record), audits };
  } catch (error) {
    const reason = systemReason(error) ?? (error instanceof Error ? error.message : String(error));
    io.stderr.write(`run audit: this audit is missing in the history (${place.database}): ${reason}\n`);
    return NOTHING_KNOWN;
  }
}

/** The command line of a check. */
const asCheck = (line: AuditLine): Parsed => ({ ...line, options: { ...line.options, ...AS_CHECK } });
