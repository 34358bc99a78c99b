import { resolve } from 'node:path';
import { type Collected, collector, hostsReached } from '../audit/collect.ts';
import { ORPHAN } from '../audit/finding.ts';
import { fold } from '../audit/fold.ts';
import { taskText } from '../audit/forms/told.ts';
import { History, type PastFinding } from '../audit/history.ts';
import { appendRecord, type HistoryPlace } from '../audit/journal.ts';
import { findOrphans, type Orphan, orphanId } from '../audit/orphans/orphans.ts';
import { removalPlaybook } from '../audit/orphans/removal-playbook.ts';
import { watchDeclarations } from '../audit/orphans/watch.ts';
import { recordOf } from '../audit/record.ts';
import { changeText } from '../core/change.ts';
import type { EventData } from '../core/event.ts';
import { groupBy } from '../core/group-by.ts';
import { visible } from '../core/visible.ts';
import { formatDiff } from '../report/diff.ts';
import { coloured } from '../report/index.ts';
import type { CallIo } from './command.ts';
import { ambiguousStart, wrongStart } from './finding-id.ts';
import { withHistory } from './history-command.ts';
import { placeOfRun } from './keep-run.ts';
import { AS_CHECK, type Parsed, type RetireLine } from './options.ts';
import { type Prepared, playCommand, runOnce } from './play-command.ts';
import { version } from './version.ts';

/** What is to be retired, as the history knows it. */
interface Wanted {
  readonly ids: ReadonlySet<string>;
  readonly playbooks: readonly string[];
}

/** Removes orphans from hosts, after a look. Returns the exit code. */
export async function retireCommand(line: RetireLine, io: CallIo): Promise<number> {
  const place = placeOfRun(process.env, { face: io.face, isLab: line.options.lab });
  if (place === undefined) return io.refuse(['no history is kept: nobody knows what earlier runs applied']);
  let wanted: Wanted | undefined;
  const code = withHistory(io, (history) => {
    const read = wantedIn(history, line.rest);
    if ('mistakes' in read) return io.refuse(read.mistakes);
    wanted = read.wanted;
    return 0;
  });
  if (code !== 0) return code;
  if (wanted === undefined) {
    io.stdout.write('no orphan is known; `run audit` looks for them\n');
    return 0;
  }
  const { ids, playbooks } = wanted;
  return playCommand(asCheck(line, playbooks), io, {
    plan: 'none',
    perform: (prepared) => retire(prepared, { ids, line, io, place }),
  });
}

/** The orphans that are meant, or what is wrong with their IDs. */
function wantedIn(
  history: History,
  starts: readonly string[],
): { readonly wanted: Wanted | undefined } | { readonly mistakes: readonly string[] } {
  const known = new Map(history.openOf(ORPHAN).map((finding) => [finding.id, finding]));
  const matches = starts.map((start) => ({
    start,
    found: [...known.values()].filter(({ id, kind }) => id.startsWith(start) && kind === 'orphan'),
  }));
  const mistakes = matches.flatMap(({ start, found }) => mistakeOf(start, found));
  if (mistakes.length > 0) return { mistakes };
  const all =
    starts.length === 0
      ? [...known.values()].filter(({ kind }) => kind === 'orphan')
      : matches.flatMap(({ found }) => found);
  if (all.length === 0) return { wanted: undefined };
  const sets = groupBy(all, ({ id }) => JSON.stringify(history.playbooksOf(id) ?? []));
  const [first] = sets.keys();
  if (first === undefined || sets.size > 1)
    return {
      mistakes: [...sets].map(
        ([playbooks, some]) =>
          `${(JSON.parse(playbooks) as string[]).join(' ')}: ${some.map(({ id }) => id).join(' ')}: these belong to other playbooks; retire them by themselves`,
      ),
    };
  return { wanted: { ids: new Set(all.map(({ id }) => id)), playbooks: JSON.parse(first) as string[] } };
}

function mistakeOf(start: string, found: readonly PastFinding[]): readonly string[] {
  const wrong = wrongStart(start, 'an orphan');
  if (wrong.length > 0) return wrong;
  if (found.length === 0) return [`the last audits know no orphan "${start}"`];
  const ids = found.map(({ id }) => id);
  return ids.length > 1 ? [ambiguousStart(start, ids, 'orphans')] : [];
}

interface Call {
  readonly ids: ReadonlySet<string>;
  readonly line: RetireLine;
  readonly io: CallIo;
  readonly place: HistoryPlace;
}

async function retire(prepared: Prepared, call: Call): Promise<number> {
  const { line, io } = call;
  const looked = await lookAgain(prepared, call.place);
  if ('failed' in looked) {
    io.stderr.write(`run retire: nothing was removed: ${visible(prepared.secrets.mask(looked.failed))}\n`);
    return 1;
  }
  const { host: hosts = [], 'with-contents': withContents, 'with-found': withFound } = line.options;
  const meant = looked.orphans.filter(
    ({ finding, host }) => call.ids.has(finding.id) && (hosts.length === 0 || hosts.includes(host)),
  );
  const held = meant.filter(
    ({ contents, thing }) => (contents.length > 0 && !withContents) || (!thing.made && !withFound),
  );
  const removed = meant.filter((one) => !held.includes(one));
  showRemovals(meant, held, call);
  if (removed.length === 0) return held.length > 0 ? 1 : 0;
  if (line.options.check) return 2;
  if (!line.options.yes && !(await isWanted(prepared, removed.length))) {
    io.stderr.write('run retire: nothing was removed\n');
    return 1;
  }
  return removeThings(prepared, removed, call);
}

/** Checks the playbooks again: what was declared anew since the audit must not be removed. */
async function lookAgain(
  { loaded, emitTo, secrets }: Prepared,
  place: HistoryPlace,
): Promise<{ readonly orphans: readonly Orphan[] } | { readonly failed: string }> {
  const { report, end } = collector();
  const watch = watchDeclarations({ asksUnrun: true });
  const context = { ...loaded.context, emit: emitTo([report]) };
  await runOnce({
    loaded: { ...loaded, context: { ...context, options: { ...context.options, declarations: watch } } },
  });
  const collected = end();
  const [error] = collected.errors;
  if (collected.interrupted) return { failed: 'the look at the hosts was interrupted' };
  if (error !== undefined) return { failed: error.message };
  using history = new History(place);
  const found = await findOrphans({
    context,
    history,
    watch,
    secrets,
    version,
    hosts: hostsReached(collected),
    playbooks: collected.playbooks.map((file) => resolve(file)),
  });
  return { orphans: found.orphans };
}

/** Shows what would be removed, as a check does. */
function showRemovals(orphans: readonly Orphan[], held: readonly Orphan[], { io, line }: Call): void {
  const chalk = coloured(false);
  if (orphans.length === 0) io.stdout.write('nothing to remove: none of it is an orphan any more\n');
  for (const finding of fold(orphans.map((one) => one.finding))) {
    const changes = finding.changes.map((change) => changeText(change)).join('; ');
    const diffs = line.options.diff
      ? finding.changes.flatMap(({ diff }) => (diff === undefined ? [] : [`${formatDiff(diff, chalk)}\n`]))
      : [];
    const left = held.filter((one) => one.finding.id === finding.id);
    const notes = [
      ...(left.some(({ thing }) => !thing.made) ? [FOUND] : []),
      ...(left.some(({ contents }) => contents.length > 0) ? [CONTENTS] : []),
    ];
    const head = `${finding.id}  ${finding.hosts.join(', ')}: ${taskText(finding)}: ${changes}`;
    io.stdout.write(visible(`${head}\n    ${finding.reason}\n${diffs.join('')}${notes.join('')}`));
  }
}

const FOUND = '    left as it is, because no run has made it; --with-found removes it, too\n';
const CONTENTS = '    left as it is, because of what is in it; --with-contents removes it, too\n';

async function isWanted({ loaded }: Prepared, count: number): Promise<boolean> {
  const question = `Remove ${count === 1 ? 'it' : `these ${count}`}? [y/N] `;
  const answer = await loaded.context.options.prompt(question, { echo: true });
  return /^\s*y(es)?\s*$/i.test(answer);
}

async function removeThings(
  { loaded, emitTo }: Prepared,
  orphans: readonly Orphan[],
  { line, place }: Pick<Call, 'line' | 'place'>,
): Promise<number> {
  const { report, end } = collector();
  const keep = emitTo([report]);
  const { context } = loaded;
  const emit = (event: EventData): void => {
    context.emit(event);
    keep(event);
  };
  const options = { ...context.options, check: false, diff: line.options.diff };
  const removals = [...groupBy(orphans, ({ host }) => host)].map(([host, some]) => ({
    host,
    things: some.map(({ thing }) => thing.thing),
  }));
  const playbooks = await removalPlaybook(context, removals);
  const done = new Set<string>();
  const noting = (event: EventData): void => {
    if (event.kind === 'task-finished' && ['ok', 'changed'].includes(event.outcome.status))
      done.add(`${event.host} ${event.task.name}`);
    emit(event);
  };
  const exitCode = await runOnce({ loaded: { ...loaded, playbooks, context: { ...context, emit: noting, options } } });
  const retired = orphans
    .map(({ host, thing }) => ({ host, name: thing.thing.name }))
    .filter(({ host, name }) => done.has(`${host} ${name}`));
  appendRecord(place, recordOfRemoval(end(), retired));
  return exitCode;
}

/** The removal as a run of the history, which ends the findings that told of the orphans. */
function recordOfRemoval(collected: Collected, retired: readonly { readonly host: string; readonly name: string }[]) {
  const judged = retired.map(({ host, name }) => ({ host, id: orphanId(name), status: 'changed' as const }));
  return { ...recordOf({ ...collected, judged: [...collected.judged, ...judged] }, 'run'), retired };
}

/** The command line of a check of these playbooks as a whole. */
function asCheck({ options }: RetireLine, playbooks: readonly string[]): Parsed {
  const { yes: _yes, host: _host, 'with-contents': _contents, 'with-found': _found, ...shared } = options;
  const whole = { limit: undefined, tags: undefined, 'skip-tags': undefined, 'start-at-task': undefined };
  return { rest: playbooks, options: { ...shared, ...AS_CHECK, ...whole, output: options.output } };
}
