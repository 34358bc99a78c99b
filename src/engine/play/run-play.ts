import { holdsTemplate, type Raw, Template, toJs, type Value } from '../../core/value.ts';
import { selectHosts } from '../../language/inventory/index.ts';
import type { Item, Play, Vars, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { playName } from '../../language/variables/play-vars.ts';
import { evaluate, TemplateError } from '../../template/index.ts';
import { Throttle } from '../host/throttle.ts';
import { askPrompts } from '../task/ask-prompts.ts';
import { environmentBeforeFacts } from '../task/environment.ts';
import type { Includes } from '../task/includes.ts';
import { ifKnown, retryWhenKnown } from '../task/retry-when-known.ts';
import { keywordError, tellLate, tellUnlooked } from '../task/unlooked.ts';
import { placed } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import { keywordTruth, keywordValue } from '../variables/keyword-values.ts';
import type { LiveInventory } from '../variables/live-inventory.ts';
import { identityOf, type PlayContext } from '../variables/play-context.ts';
import type { RunContext } from '../variables/run-context.ts';
import { Scopes } from '../variables/scopes.ts';
import type { BatchRun, RunError } from './batch-run.ts';
import { declareRest, missPlay } from './declare-rest.ts';
import { flushHandlers } from './flush-handlers.ts';
import { Handlers } from './handlers.ts';
import { PlayHost } from './play-host.ts';
import { gatheringTask, prepare } from './prepare-play.ts';
import { batches, free, isPast, linear, unfinished } from './strategy.ts';

/** State that a run keeps from play to play. */
export interface RunState {
  readonly states: { get(host: string): HostState | undefined; readonly all: readonly HostState[] };
  readonly includes: Includes;
  readonly inventory: LiveInventory;
  /** The mark of this run in its notes on hosts. */
  readonly mark: string;
  startAt: string | undefined;
  stepping: boolean;
}

/** Run one play. Returns whether the run continues. */
export async function runPlay(run: RunContext, play: Play, across: RunState): Promise<'on' | 'stop' | RunError> {
  const all: string[] = [];
  let batch: readonly PlayHost[] = [];
  const context = playContext(
    run,
    play,
    across,
    () => all,
    () => batch,
  );
  const prompted = await promptedFirst(context);
  if (prompted !== undefined && 'error' in prompted) return prompted;
  const pattern = await retryWhenKnown({ play: context }, () => hostsOf(context, prompted));
  if (pattern.is === 'unknown') {
    tellUnlooked(context, reachable(across.states.all), 'hosts', pattern.because);
    missPlay(context, nameOf(context), [...run.inventory.hosts.keys()]);
    return 'on';
  }
  if (pattern.is !== 'value') return { error: keywordError(pattern) };
  const selected = pattern.value;
  if ('error' in selected) return selected;
  if (run.options.only !== undefined && selected.hosts.length === 0) return 'on';
  all.push(...selected.hosts);
  const name = nameOf(context);
  const usable = reachable(all.map((host) => across.states.get(host)).filter((state) => state !== undefined));
  run.emit({
    kind: 'play-started',
    play: play.id,
    name,
    pattern: String(play.hosts.value),
    hosts: usable.map((state) => state.host.name),
    at: play.at,
  });
  if (all.length === 0) {
    run.emit({ kind: 'no-hosts', play: play.id, pattern: String(play.hosts.value) });
    return 'on';
  }
  missPlay(
    context,
    name,
    all.filter((host) => !usable.some((state) => state.host.name === host)),
  );
  if (usable.length === 0) return 'stop';
  if (run.options.deadline !== undefined && isPast(run)) {
    for (const state of usable) tellLate(context, state, run.options.deadline);
    missPlay(context, name, all);
    return 'on';
  }
  for (const state of usable) state.link.claim();
  const rounds = new Map(usable.map((state) => [state, state.link.rounds]));
  const prepared = await prepare(context, usable, prompted);
  if ('error' in prepared) return prepared;
  const ready = prepared.ready;
  const unseen = new Set(usable);
  const [first] = ready;
  if (first === undefined) missPlay(context, name, all);
  if (first === undefined) return usable.every((state) => state.unreachable) ? 'stop' : 'on';
  const keywords = await retryWhenKnown({ play: context, state: first }, () => batchKeywords(context, first));
  if (keywords.is === 'unknown') {
    tellUnlooked(context, ready, 'keywords', keywords.because);
    missPlay(context, name, all);
    return 'on';
  }
  if (keywords.is !== 'value') return { error: keywordError(keywords) };
  let going: 'on' | 'stop' = 'on';
  for (const [number, some] of [...batches(ready, keywords.value.serial)].entries()) {
    const hosts = some.map((state) => state.host.name);
    run.emit({ kind: 'batch-started', play: play.id, name, batch: number, hosts, free: isFree(keywords.value) });
    batch = some.map((state) => new PlayHost(context, state, [...gatheringTask(context, state), ...play.items]));
    for (const state of some) unseen.delete(state);
    const stop = await runBatch(context, across, batch, keywords.value);
    if (typeof stop === 'object') return stop;
    const isOver = batch.every((host) => host.state.failed || host.state.unreachable) && !isPast(run);
    if (stop === 'fatal' || isOver) going = 'stop';
    if (going === 'stop' || stop === 'end' || run.signal.aborted) break;
  }
  missPlay(
    context,
    name,
    [...unseen].map((state) => state.host.name),
  );
  run.emit({
    kind: 'play-finished',
    play: play.id,
    rounds: Object.fromEntries([...rounds].map(([state, before]) => [state.host.name, state.link.rounds - before])),
  });
  return going;
}

const reachable = (states: readonly HostState[]): readonly HostState[] =>
  states.filter((state) => !state.failed && !state.unreachable);

/** The keywords that control how a play goes through its hosts, computed for the first host. */
function batchKeywords({ definition: play, run, scopes }: PlayContext, first: HostState) {
  const sight = scopes.of(first);
  const serial = toJs(keywordValue(play.serial, sight) ?? null);
  const percentage = keywordValue(play.maxFailPercentage, sight);
  return {
    serial: listOf(serial) as (number | string)[],
    maxFailPercentage: percentage === undefined || percentage === null ? undefined : Number(toJs(percentage)),
    strategy: String(toJs(keywordValue(play.strategy, sight) ?? run.options.strategy ?? 'linear')).replace(
      /^ansible\.builtin\./,
      '',
    ),
    forceHandlers: keywordTruth(play.forceHandlers, sight) ?? run.options.forceHandlers,
  };
}

/** Whether hosts go on without waiting for each other. */
const isFree = ({ strategy }: { readonly strategy: string }): boolean =>
  strategy === 'free' || strategy === 'host_pinned';

async function runBatch(
  context: PlayContext,
  across: RunState,
  hosts: readonly PlayHost[],
  { maxFailPercentage, strategy, forceHandlers }: ReturnType<typeof batchKeywords>,
): Promise<BatchRun['stop']> {
  const { definition: play, run } = context;
  const handlers = new Handlers(context, play.handlers);
  const performing: BatchRun = {
    play: context,
    handlers,
    includes: across.includes,
    throttle: new Throttle(),
    debugs: strategy === 'debug',
    hosts,
    mayHaveLeft: (mayHaveHandlers(play) && run.options.ansible !== true) || hasValidation(play.items),
    maxFailPercentage,
    startAt: across.startAt,
    stop: 'no',
    stepping: across.stepping,
  };
  await (isFree({ strategy }) ? free(performing) : linear(performing));
  if (run.options.deadline !== undefined && isPast(run) && performing.stop === 'no')
    for (const { state } of unfinished(performing)) tellLate(context, state, run.options.deadline);
  across.startAt = performing.startAt;
  across.stepping = performing.stepping;
  // Handlers of failed hosts run only on request; those of other hosts have run in the flush at the end of the play.
  if (forceHandlers) {
    const failed = hosts.filter((host) => host.state.failed && host.due.size > 0);
    for (const host of failed) host.out = false;
    await flushHandlers(performing, failed);
    for (const host of failed) host.end();
  }
  await declareRest(performing);
  return performing.stop;
}

/** An included role adds its handlers only when it is reached. */
const mayHaveHandlers = ({ handlers, items }: Play): boolean => handlers.length > 0 || hasInclude(items);

const hasInclude = (items: readonly Item[]): boolean =>
  items.some(
    (item) =>
      item.kind === 'include' || (item.kind === 'block' && hasInclude([...item.block, ...item.rescue, ...item.always])),
  );

const hasValidation = (items: readonly Item[]): boolean =>
  items.some(
    (item) =>
      item.kind === 'block' &&
      (item.validate !== undefined || hasValidation([...item.block, ...item.rescue, ...item.always])),
  );

function playContext(
  run: RunContext,
  play: Play,
  across: RunState,
  all: () => readonly string[],
  batch: () => readonly PlayHost[],
): PlayContext {
  const alive = (host: string): boolean => {
    const state = across.states.get(host);
    return state !== undefined && !state.failed && !state.unreachable;
  };
  const roles = rolesOf(play.items);
  const inInventory = (hosts: readonly string[]): readonly string[] => {
    const left = new Set(hosts);
    const known = (run.inventory.groups.get('all') ?? []).filter((host) => left.delete(host));
    return [...known, ...left];
  };
  const scopes = new Scopes(
    run,
    play,
    {
      get name(): string {
        return playName(play);
      },
      // In inventory order: the play's `order` applies only to the batches.
      hostsAll: () => inInventory(all()),
      hosts: () => inInventory(all()).filter(alive),
      batch: () =>
        batch()
          .map((host) => host.name)
          .filter(alive),
      roleNames: roles.listed,
      dependentRoleNames: roles.dependent,
    },
    (host) => across.states.get(host),
  );
  const context: PlayContext = {
    run,
    mark: across.mark,
    definition: play,
    scopes,
    inventory: across.inventory,
    stateOf: (host) => across.states.get(host),
    mainIdentity(state) {
      const sight = scopes.of(state);
      return context.identity(state, { keywords: play.keywords }, sight, environmentBeforeFacts(play, sight));
    },
    identity: (state, task, sight, environment, keywords) =>
      identityOf(run, state, { task, sight, environment, keywords }, (node) => {
        const other = across.states.get(node);
        return other === undefined
          ? undefined
          : context.identity(other, { keywords: { ...play.keywords, connection: undefined } }, scopes.of(other))
              .endpoint;
      }),
  };
  return context;
}

function rolesOf(items: readonly Item[]): { listed: readonly string[]; dependent: readonly string[] } {
  const dependent = new Set<string>();
  const listed = new Set<string>();
  const walk = (some: readonly Item[]): void => {
    for (const item of some) {
      if (item.role !== undefined) {
        (item.role.parents.length === 0 ? listed : dependent).add(item.role.name);
      }
      if (item.kind === 'block') walk([...item.block, ...item.rescue, ...item.always]);
    }
  };
  walk(items);
  return { listed: [...listed], dependent: [...dependent] };
}

/** The answers to the play's prompts, if its `hosts` may depend on them. */
async function promptedFirst(context: PlayContext): Promise<Vars | { readonly error: string } | undefined> {
  const { definition: play } = context;
  if (play.varsPrompt.length === 0 || !holdsTemplate(play.hosts.value)) return undefined;
  return askPrompts(context, playSight(context));
}

/** A play's own keywords are computed before there is a host, so only extra and play variables count. */
function playSight({ run, definition: play, scopes, stateOf }: PlayContext, prompted: Vars = new Map()) {
  const first = [...run.inventory.hosts.keys()][0];
  const state = stateOf(first ?? 'localhost') ?? stateOf('localhost');
  return state === undefined
    ? { scope: layersScope(play.layers, run.extra), env: run.env([play.directory], run.inventory) }
    : scopes.of(state, undefined, [{ level: LEVELS.varsPrompt, from: 'vars_prompt', vars: prompted }]);
}

const layersScope = (layers: readonly VarsLayer[], extra: VarsLayer) => ({
  get: (name: string): Raw | undefined =>
    [...layers, extra].findLast((layer) => layer.vars.has(name))?.vars.get(name)?.value,
  names: () => [...layers, extra].flatMap((layer) => [...layer.vars.keys()]),
});

function hostsOf(context: PlayContext, prompted?: Vars): { hosts: readonly string[] } | { error: string } {
  const { run, definition: play } = context;
  try {
    const sight = playSight(context, prompted);
    const written = evaluate(play.hosts.value, sight.scope, sight.env);
    const pattern = Array.isArray(written) ? (written as readonly Value[]).map(String).join(',') : String(written);
    const order = String(toJs(keywordValue(play.order, sight) ?? 'inventory'));
    const selected = selectHosts(run.inventory, pattern, {
      limit: run.options.limit,
      ...(run.options.shard !== undefined && { shard: run.options.shard }),
      order,
      mismatch: run.options.mismatch,
    });
    if (!selected.ok) return { error: selected.error.map((one) => one.message).join('; ') };
    for (const diagnostic of selected.warnings ?? []) run.emit({ kind: 'warning', diagnostic });
    const { only } = run.options;
    return { hosts: only === undefined ? selected.value : selected.value.filter((host) => only.has(host)) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: placed(error) };
    throw error;
  }
}

function nameOf(context: PlayContext): string {
  const { definition: play } = context;
  const { value } = play.hosts;
  if (play.name === undefined) return Array.isArray(value) ? value.join(',') : textOr(value, '');
  const { name } = play;
  const { scope, env } = playSight(context);
  return ifKnown(() => String(evaluate(name, scope, env))) ?? String(name instanceof Template ? name.source : name);
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** A list, for keywords that also accept a single value. */
function listOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}
