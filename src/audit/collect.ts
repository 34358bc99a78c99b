import { dirname, relative, resolve } from 'node:path';
import type { Event, HostSummary, Reporter, TaskRef, ToldOutcome } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { isToldByItems, type Told } from '../report/told.ts';
import { type FindingKind, findingId, HANDLER, type HostFinding } from './finding.ts';

/** What a run of playbooks told, as findings. */
export interface Collected {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly version: string;
  readonly check: boolean;
  readonly playbooks: readonly string[];
  readonly hosts: Readonly<Record<string, HostSummary>>;
  readonly findings: readonly HostFinding[];
  /** Every task and item that could be judged, also those that were in order. */
  readonly judged: readonly Judged[];
  readonly errors: readonly Diagnostic[];
  readonly interrupted: boolean;
  readonly exitCode: number;
  readonly tookMs: number;
}

/** A task or item on a host that could be judged. */
export interface Judged {
  readonly host: string;
  /** The ID that its finding has, or would have. */
  readonly id: string;
  readonly status: 'ok' | 'changed' | 'other';
  /** A digest of what it declares. */
  readonly declares?: string;
}

/** An outcome, before it is known which tasks there are. Only of a finding are all parts kept. */
interface Noted {
  readonly host: string;
  readonly task: TaskRef;
  /** The file of the task, from the directory of its playbook. */
  readonly file: string;
  readonly order: readonly [number, number];
  readonly item: string | undefined;
  readonly kind: FindingKind | undefined;
  readonly status: Judged['status'] | undefined;
  readonly declares: string | undefined;
  readonly outcome: ToldOutcome | undefined;
}

const UNREACHABLE = findingId({ type: 'connection', name: '', file: '', nth: 0, item: undefined });

/** Collects a run's events. `end` gives what they told, once the run has finished. */
export function collector(): { readonly report: Reporter; readonly end: () => Collected } {
  const noted: Noted[] = [];
  const ranks = new Map<string, number>();
  const items = new Map<string, number>();
  const errors: Diagnostic[] = [];
  let started: Extract<Event, { kind: 'run-started' }> | undefined;
  let finished: Extract<Event, { kind: 'run-finished' }> | undefined;
  const folders = new Map<number, string>();
  let folder = '';
  const note = (event: Told): void => {
    const key = `${event.play} ${event.task.id} ${event.task.handler}`;
    const rank = ranks.get(key) ?? ranks.size;
    ranks.set(key, rank);
    const place = `${key} ${event.host}`;
    const at = items.get(place) ?? 0;
    if (event.kind === 'item-finished') items.set(place, at + 1);
    else items.delete(place); // a task that runs again, as an included one does, counts its items anew
    if (isToldByItems(event)) return;
    const kind = findingKind(event.outcome);
    noted.push({
      host: event.host,
      task: event.task,
      file: relative(folder, resolve(event.task.at.file)),
      order: [rank, event.kind === 'item-finished' ? at : 0],
      item: event.kind === 'item-finished' ? itemOf(event, at) : undefined,
      kind,
      status: statusOf(event.outcome),
      declares: event.outcome.declares,
      outcome: kind === undefined ? undefined : event.outcome,
    });
  };
  const report: Reporter = (event) => {
    switch (event.kind) {
      case 'run-started':
        started = event;
        return;
      case 'play-started':
        if (!folders.has(event.play)) folders.set(event.play, dirname(resolve(playbookOf(started, folders.size))));
        folder = folders.get(event.play) ?? '';
        return;
      case 'item-finished':
      case 'task-finished':
        return note(event);
      case 'rescued': {
        const last = noted.findLastIndex(({ host, kind }) => host === event.host && kind === 'failed');
        if (last >= 0) noted.splice(last, 1);
        return;
      }
      case 'hosts-back': {
        const back = new Set(event.hosts);
        // A check finds everything again; what a run changed before it lost the host, it does not.
        const stays = ({ host, kind }: Noted) => !back.has(host) || (started?.check !== true && kind !== 'unreachable');
        noted.splice(0, noted.length, ...noted.filter(stays));
        return;
      }
      case 'warning':
        if (event.diagnostic.severity === 'error') errors.push(event.diagnostic);
        return;
      case 'run-finished':
        finished = event;
        return;
      default:
        return;
    }
  };
  const end = (): Collected => {
    const ids = identified(noted);
    const findings = noted.flatMap((one, index) => findingOf(one, ids[index] ?? ''));
    const rounds = finished?.rounds ?? {};
    return {
      startedAt: started?.time ?? Date.now(),
      version: started?.version ?? '',
      check: started?.check ?? false,
      playbooks: started?.playbooks ?? [],
      hosts: finished?.summaries ?? {},
      findings: reached(findings, rounds),
      judged: [...noted.flatMap((one, index) => judgedOf(one, ids[index] ?? '')), ...answered(findings, rounds)],
      errors,
      interrupted: finished?.interrupted ?? true,
      exitCode: finished?.exitCode ?? 1,
      tookMs: finished?.tookMs ?? 0,
    };
  };
  return { report, end };
}

/** An item's label. Those of hidden items are all the same, so they are told apart by their order. */
const itemOf = ({ label, outcome }: Extract<Told, { kind: 'item-finished' }>, at: number): string =>
  outcome.censored === true ? `${at + 1}, hidden` : label;

/** The playbook of the run's n-th play. */
function playbookOf(started: Extract<Event, { kind: 'run-started' }> | undefined, nth: number): string {
  let before = 0;
  for (const [index, count] of (started?.plays ?? []).entries()) {
    before += count;
    if (nth < before) return started?.playbooks[index] ?? '';
  }
  return started?.playbooks.at(-1) ?? '';
}

/** In a run, only what could not be done is a finding; in a check, also what would change and what cannot be known. */
function findingKind({ status, would, ignored, failure }: ToldOutcome): FindingKind | undefined {
  if (failure?.reason === 'interrupted') return undefined;
  switch (status) {
    case 'changed':
      return 'drift';
    case 'unless':
      return would === 'changed' || would === 'failed' ? 'uncertain' : undefined;
    case 'unknown':
      return 'unknown';
    case 'failed':
      return ignored === true ? undefined : 'failed';
    case 'unreachable':
      return ignored === true ? undefined : 'unreachable';
    default:
      return undefined;
  }
}

/** The ID of each outcome's finding. Tasks of a file that are named alike are told apart by their order in it. */
function identified(noted: readonly Noted[]): readonly string[] {
  const same = ({ task, file }: Noted): string => JSON.stringify([task.type, task.name, file]);
  const lines = new Map<string, Set<number>>();
  for (const one of noted) lines.set(same(one), (lines.get(same(one)) ?? new Set()).add(one.task.at.line));
  const sorted = new Map([...lines].map(([key, some]) => [key, [...some].sort((a, b) => a - b)]));
  return noted.map((one) =>
    findingId({
      type: one.task.type,
      name: one.task.name,
      file: one.file,
      nth: sorted.get(same(one))?.indexOf(one.task.at.line) ?? 0,
      item: one.item,
    }),
  );
}

function findingOf({ host, task, order, item, kind, outcome }: Noted, id: string): readonly HostFinding[] {
  if (kind === undefined || outcome === undefined) return [];
  const { changes, message, failure, assuming = [], unless = [] } = outcome;
  const hint = failure?.hint === undefined ? '' : ` (${failure.hint})`;
  const finding: HostFinding = {
    // That a host cannot be reached is the same finding, whichever of its tasks came first.
    id: kind === 'unreachable' ? UNREACHABLE : id,
    kind,
    host,
    task: {
      name: task.handler ? `${HANDLER}${task.name}` : task.name,
      type: task.type,
      ...(task.step !== undefined && { step: task.step }),
      file: fromHere(task.at.file),
      line: task.at.line,
    },
    ...subjectIn(outcome),
    ...(item !== undefined && { item }),
    changes,
    ...(message !== undefined && { reason: `${message}${hint}` }),
    ...(assuming.length > 0 && { assuming }),
    ...(unless.length > 0 && { unless }),
    order,
  };
  return [finding];
}

/** A path as seen from the working directory, if the file lies below it: the files of roles have absolute paths. */
function fromHere(file: string): string {
  const path = relative('', resolve(file));
  return path === '' || path.startsWith('../') ? file : path;
}

/** What the result of a task tells that it is about. */
function subjectIn({ result, censored, changes }: ToldOutcome): { readonly subject?: string } {
  if (censored === true) return {};
  const [subject] = ['dest', 'path', 'name', 'repo'].flatMap((key) => {
    const value = result[key];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  const header = changes.find(({ diff }) => diff?.beforeHeader?.startsWith('/'))?.diff?.beforeHeader;
  const about = subject ?? header;
  return about === undefined ? {} : { subject: about };
}

/**
 * Without what would be done on hosts that never answered: some tasks need not ask to know that they would change something,
 * but nothing was found there.
 */
function reached(findings: readonly HostFinding[], rounds: Readonly<Record<string, number>>): readonly HostFinding[] {
  const away = unreachableIn(findings);
  return findings.filter(({ host, kind }) => kind === 'unreachable' || !away.has(host) || (rounds[host] ?? 0) > 0);
}

/** The hosts that answered, so that it is known that they can be reached again. */
function answered(findings: readonly HostFinding[], rounds: Readonly<Record<string, number>>): readonly Judged[] {
  const away = unreachableIn(findings);
  return Object.entries(rounds)
    .filter(([host, count]) => count > 0 && !away.has(host))
    .map(([host]) => ({ host, id: UNREACHABLE, status: 'ok' as const }));
}

/** The hosts that could not be reached, according to findings. */
const unreachableIn = (findings: readonly HostFinding[]): ReadonlySet<string> =>
  new Set(findings.filter(({ kind }) => kind === 'unreachable').map(({ host }) => host));

/** The hosts that a check could ask. */
export function hostsReached({ hosts, findings }: Pick<Collected, 'hosts' | 'findings'>): readonly string[] {
  const away = unreachableIn(findings);
  return Object.keys(hosts).filter((host) => !away.has(host));
}

/** Nothing is known of a task that was skipped, or whose host could not be asked. */
function statusOf({ status, would }: ToldOutcome): Judged['status'] | undefined {
  if (status === 'ok' || (status === 'unless' && would === 'ok')) return 'ok';
  if (status === 'changed') return 'changed';
  return status === 'failed' || (status === 'unless' && would !== 'skipped') ? 'other' : undefined;
}

const judgedOf = ({ host, status, declares }: Noted, id: string): readonly Judged[] =>
  status === undefined ? [] : [{ host, id, status, ...(declares !== undefined && { declares }) }];
