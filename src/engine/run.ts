import { randomBytes } from 'node:crypto';
import type { HostSummary } from '../core/event.ts';
import type { Endpoint } from '../core/session.ts';
import { fromJs, type Value } from '../core/value.ts';
import { hostOf } from '../language/inventory/index.ts';
import { noKeywords } from '../language/keywords/inherited.ts';
import type { Item, Play, Playbook } from '../language/model.ts';
import { Beliefs, type World } from './host/beliefs.ts';
import { runMark } from './host/handler-note.ts';
import { HostLink } from './host/host-link.ts';
import type { Identity } from './host/identity.ts';
import type { RunError } from './play/batch-run.ts';
import { awaitLateHosts } from './play/late-hosts.ts';
import { type RunState, runPlay } from './play/run-play.ts';
import { isPast } from './play/strategy.ts';
import { Includes } from './task/includes.ts';
import { subjectOf } from './variables/endpoint.ts';
import { HostState } from './variables/host-state.ts';
import { LiveInventory } from './variables/live-inventory.ts';
import { identityOf, withoutBecome } from './variables/play-context.ts';
import type { RunContext } from './variables/run-context.ts';
import { Scopes } from './variables/scopes.ts';

/** How a run ended; the exit code is for scripts. */
export interface RunEnd {
  readonly exitCode: number;
}

/**
 * Run playbooks: their plays in order, until the end, an interrupt, or no hosts are left. `run-finished` is always the
 * last event.
 */
export async function runPlaybooks(
  given: RunContext,
  playbooks: readonly Playbook[],
  version: string,
): Promise<RunEnd> {
  const run = { ...given };
  const startedAt = performance.now();
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  run.emit({
    kind: 'run-started',
    version,
    playbooks: playbooks.map((one) => one.file),
    plays: playbooks.map((one) => one.plays.length),
    check: run.options.check,
    diff: run.options.diff,
    hosts: [...run.inventory.hosts.keys()],
  });
  const states = new States(run, () => plays);
  const inventory = new LiveInventory(run.inventory, (now) => {
    run.inventory = now;
    states.refresh();
  });
  if (run.options.flushCache) for (const host of run.inventory.hosts.keys()) run.factCache?.forget(host);
  const across: RunState = {
    states,
    inventory,
    includes: new Includes(),
    mark: runMark(new Date(), randomBytes(4).toString('hex')),
    startAt: run.options.startAtTask,
    stepping: run.options.step !== undefined,
  };
  let error: RunError | undefined;
  try {
    error = await playAll(run, plays, across);
    if (error === undefined)
      await awaitLateHosts(run, {
        names: () => states.late,
        placeOf: (name) => states.placeOf(name, true),
        playOn: async (names) => {
          for (const name of names) states.renew(name);
          run.options = { ...run.options, only: new Set(names) };
          error = await playAll(run, plays, { ...across, startAt: run.options.startAtTask });
          return error === undefined;
        },
      });
    if (across.startAt !== undefined && error === undefined) {
      error = { error: `no task is named \`${across.startAt}\`` };
      run.emit({ kind: 'warning', diagnostic: { severity: 'error', code: 'start-at-task', message: error.error } });
    }
  } finally {
    const summaries = states.summaries;
    // A part of the hosts may be empty: the others are looked at elsewhere.
    const idle =
      run.options.shard === undefined &&
      Object.keys(summaries).length === 0 &&
      plays.some(({ items }) => items.some(isWritten));
    if (idle && error === undefined && !run.signal.aborted)
      run.emit({ kind: 'warning', diagnostic: { severity: 'warning', code: 'nothing-done', message: NOTHING_DONE } });
    const exitCode =
      error === undefined ? exitCodeOf(Object.values(summaries), states.ended, run, idle) : exitCodeOfError(error);
    run.emit({
      kind: 'run-finished',
      summaries,
      rounds: states.rounds,
      logins: run.connector.logins,
      interrupted: run.signal.aborted,
      exitCode,
      tookMs: performance.now() - startedAt,
    });
    states.exitCode = exitCode;
  }
  return { exitCode: states.exitCode };
}

/** Runs all plays, or as many as failures leave. Returns what is wrong with one of them. */
async function playAll(run: RunContext, plays: readonly Play[], across: RunState): Promise<RunError | undefined> {
  for (const [index, play] of plays.entries()) {
    if (run.signal.aborted) return undefined;
    const went = await runPlay(run, play, across);
    if (typeof went === 'object') {
      run.emit({
        kind: 'warning',
        diagnostic: {
          severity: 'error',
          code: 'play',
          message: went.error,
          at: went.at ?? (went.error.includes(':') ? undefined : play.at),
        },
      });
      return went;
    }
    // After the deadline, the hosts of all other plays are told as late, too.
    if (went === 'stop' && !isPast(run)) {
      if (index + 1 < plays.length) missRest(run);
      return undefined;
    }
  }
  return undefined;
}

/** What later plays declare is not known. (After an error, nothing is told of any orphan.) */
function missRest({ options, inventory }: RunContext): void {
  for (const host of inventory.hosts.keys()) options.declarations?.miss(host, 'the plays after one that failed');
}

/**
 * 0: success, or nothing to change; 1: error or interrupted; 2: failed, or drift in a check; 3: no drift, but
 * something is unknown or holds `unless` a task changes it; 4: unreachable.
 */
function exitCodeOf(summaries: readonly HostSummary[], ended: Ended, run: RunContext, idle: boolean): number {
  const some = (key: keyof HostSummary): boolean => summaries.some((summary) => summary[key] > 0);
  if (run.signal.aborted) return 130;
  if (ended.unreachable) return 4;
  if (ended.failed) return 2;
  if (!run.options.check || run.options.ansible === true) return 0;
  if (some('changed')) return 2;
  // A check that looked at nothing cannot claim that there is no drift.
  return some('unknown') || some('unless') || idle ? 3 : 0;
}

const NOTHING_DONE = 'nothing was checked: none of these playbooks has a task for any host in this run';

const isWritten = (item: Item): boolean => !(item.kind === 'meta' && item.implicit);

/** Ansible has a code of its own for what is not written as it should be. */
const exitCodeOfError = ({ miswritten }: RunError): number => (miswritten === true ? 4 : 1);

/** Whether some host is out at the end; cleared errors do not count. */
type Ended = Readonly<Record<'failed' | 'unreachable', boolean>>;

/** The states of the hosts in a run, each created when it is first needed; localhost always exists. */
class States {
  exitCode = 1;
  readonly #states = new Map<string, HostState>();
  readonly #world: World;
  readonly #run: RunContext;
  readonly #plays: () => readonly Play[];

  constructor(run: RunContext, plays: () => readonly Play[]) {
    this.#run = run;
    this.#plays = plays;
    this.#world = { changes: 0, check: run.options.check };
  }

  get(name: string): HostState | undefined {
    return this.#states.get(name) ?? this.#make(name);
  }

  /** The hosts that could not be reached, but may be later. */
  get late(): readonly string[] {
    return [...this.#states.values()].filter(({ isLate }) => isLate).map(({ host }) => host.name);
  }

  /** Forgets what a host's state was; of what a run did before it lost the host, the counts stay. */
  renew(name: string): void {
    const before = this.#states.get(name);
    const state = this.#make(name);
    if (state !== undefined && before !== undefined && !this.#run.options.check) state.countBefore(before.summary);
  }

  #make(name: string): HostState | undefined {
    const host = hostOf(this.#run.inventory, name);
    if (host === undefined) return undefined;
    const { connector, emit, signal } = this.#run;
    const link = new HostLink({
      name,
      connector,
      emit,
      signal,
      separately: this.#run.options.separately,
      locking: this.#run.options.check ? undefined : this.#run.options.locking,
      beliefs: new Beliefs(this.#world),
      other: (other, asLogin) => this.placeOf(other, asLogin),
      changed: (endpoint) => this.#forget(endpoint, name),
      excuse: ({ endpoint }) => {
        const made = subjectOf(endpoint);
        return made === undefined ? undefined : this.get(made.host)?.link.beliefs.touchedBy(made.subject);
      },
    });
    const state = new HostState(host, link, this.#run.options.ansible);
    const cached = this.#run.factCache?.read(name);
    if (cached !== undefined) state.facts.add(fromJs(cached) as Map<Value, Value>);
    if (cached !== undefined && this.#run.options.gathering === 'smart') state.facts.settle();
    this.#states.set(name, state);
    return state;
  }

  /** What was learned about a machine under its other names is outdated after a change by this one. */
  #forget(endpoint: Endpoint, by: string): void {
    for (const { host, link } of this.#states.values())
      if (host.name !== by && link.reaches(endpoint)) link.beliefs.forget();
  }

  /**
   * How a question or a command's stdin reaches another host: with that host's inventory settings, but without a task's
   * keywords.
   */
  placeOf(name: string, asLogin = false): { link: HostLink; identity: Identity } | undefined {
    const state = this.get(name);
    const play = this.#plays()[0];
    if (state === undefined || play === undefined) return undefined;
    const none = {
      name: '',
      hostsAll: () => [],
      hosts: () => [],
      batch: () => [],
      roleNames: [],
      dependentRoleNames: [],
    };
    const scopes = new Scopes(this.#run, play, none, (host) => this.get(host));
    const bare = { keywords: noKeywords };
    const identity = (of: HostState): Identity =>
      identityOf(this.#run, of, { task: bare, sight: scopes.of(of, { layers: [], searchPath: [] }) }, (node) => {
        const other = this.get(node);
        return other === undefined ? undefined : identity(other).endpoint;
      });
    const own = identity(state);
    return { link: state.link, identity: asLogin ? withoutBecome(own) : own };
  }

  /** The inventory has changed: hosts have other variables and groups. */
  refresh(): void {
    for (const [name, state] of this.#states) state.host = hostOf(this.#run.inventory, name) ?? state.host;
  }

  /** All hosts used so far in the run. */
  get all(): readonly HostState[] {
    return [...this.#states.values()];
  }

  get summaries(): Readonly<Record<string, HostSummary>> {
    return Object.fromEntries(
      [...this.#states]
        .filter(([, state]) => Object.values(state.summary).some((count) => count > 0))
        .map(([name, state]) => [name, state.summary]),
    );
  }

  get ended(): Ended {
    const states = [...this.#states.values()];
    return {
      failed: states.some((state) => state.failed || state.stumbled),
      unreachable: states.some((state) => state.unreachable),
    };
  }

  get rounds(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#states].filter(([, state]) => state.link.rounds > 0).map(([name, state]) => [name, state.link.rounds]),
    );
  }
}
