import type { Outcome } from '../core/event.ts';
import type { Include, Item } from '../core/model.ts';
import { fromJs, type Raw } from '../core/value.ts';
import { keywordTruth, unresolved } from './call.ts';
import { conclude } from './conclude.ts';
import { learnFacts } from './facts.ts';
import type { Included } from './includes.ts';
import type { Performing } from './performing.ts';
import type { PlayHost } from './play-host.ts';
import { settled } from './settled.ts';
import { refOf } from './task-ref.ts';
import { Touched } from './touched.ts';

/** Bring in, on each host, what an include names there. */
export async function performInclude(
  performing: Performing,
  hosts: readonly PlayHost[],
  include: Include,
  path: readonly number[],
): Promise<void> {
  const { play, handlers } = performing;
  for (const host of hosts) host.cursor.advance();
  // Only the include itself is done once: what it brings is the first host's alone.
  const first = hosts.slice(0, 1);
  const once = first.some(({ state, exported }) =>
    settled(() => keywordTruth(include.keywords.runOnce, play.scopes.of(state, include, exported))),
  );
  for (const host of once ? first : hosts) {
    const included = await computeIncluded(performing, host, include);
    const failed = included.findIndex((one) => one.kind === 'failed');
    for (const one of failed === -1 ? included : included.slice(0, failed + 1))
      tellIncluded(performing, host, include, one);
    if (failed !== -1) continue;
    for (const one of included.toReversed()) {
      if (one.kind !== 'brings') continue;
      handlers.add(one.brought.handlers);
      host.exported = [...host.exported, ...one.brought.exported];
      await loadTypes(performing, one.brought.items);
      host.cursor.insert(one.brought.items, path, one.turn);
    }
  }
}

/** With Ansible a type that there is not, in what is brought in, ends the run: no rescue catches it. */
async function loadTypes(performing: Performing, items: readonly Item[]): Promise<void> {
  const { run } = performing.play;
  const names = typesOf(items);
  const types = await Promise.all(names.map((name) => run.taskType(name)));
  const missing = names.find((_, index) => types[index] === undefined);
  if (missing !== undefined && run.options.ansible === true) performing.stop = { error: unresolved(missing) };
}

async function computeIncluded(
  { play, includes }: Performing,
  host: PlayHost,
  include: Include,
): Promise<readonly Included[]> {
  for (;;) {
    try {
      return includes.compute(play, host.state, include, host.exported);
    } catch (error) {
      if (!(error instanceof Touched)) throw error;
      if (error.what !== 'facts') return [{ kind: 'failed', message: `depends on ${error.because}` }];
      const other = play.stateOf(error.host);
      if (other === undefined) return [{ kind: 'failed', message: `no facts of ${error.host}` }];
      const failure = await learnFacts(play, other, play.mainIdentity(other), async () => []);
      if (failure !== undefined) return [{ kind: 'failed', message: failure.message }];
    }
  }
}

function typesOf(items: readonly Item[]): string[] {
  return items.flatMap((item) =>
    item.kind === 'task'
      ? typeof item.type === 'string'
        ? [item.type]
        : []
      : item.kind === 'block'
        ? typesOf([...item.block, ...item.rescue, ...item.always])
        : [],
  );
}

/** Tell how one turn of an include ended; where it failed, the host falls. */
export function tellIncluded(performing: Performing, host: PlayHost, include: Include, one: Included): void {
  const { play } = performing;
  const ref = refOf(play, include, host, false);
  const { emit } = play.run;
  if (one.kind === 'failed' && one.mistake !== undefined && play.run.options.ansible === true) {
    performing.stop = { error: one.mistake };
    return;
  }
  if (one.kind === 'brings') {
    // As Ansible counts: a file of tasks is a task that was done, a role is not.
    if (include.of === 'tasks') host.state.count('ok');
    emit({ kind: 'included', task: ref, host: host.name, what: one.what });
    register(host, include, { changed: false, include: one.what });
    return;
  }
  emit({ kind: 'task-started', play: play.play.id, task: ref, host: host.name });
  const outcome: Outcome =
    one.kind === 'skipped'
      ? {
          status: 'skipped',
          changes: [],
          message: `Conditional result was False: ${one.condition}`,
          result: {
            changed: false,
            skipped: true,
            skip_reason: 'Conditional result was False',
            false_condition: one.condition,
          },
        }
      : failure(performing, host, include, one);
  emit({ kind: 'task-finished', play: play.play.id, task: ref, host: host.name, outcome, tookMs: 0 });
  register(host, include, outcome.result);
  conclude(play, host, include, outcome);
}

function failure(
  { play }: Performing,
  host: PlayHost,
  include: Include,
  { message, unloadable }: Extract<Included, { kind: 'failed' }>,
): Outcome {
  const sight = play.scopes.of(host.state, include, host.exported);
  const ignored = unloadable !== true && settled(() => keywordTruth(include.keywords.ignoreErrors, sight)) === true;
  const result = { failed: true, changed: false, msg: message };
  return { status: 'failed', changes: [], message, result, ...(ignored && { ignored }) };
}

function register(host: PlayHost, include: Include, result: Outcome['result']): void {
  if (include.register !== undefined) host.state.set.set(include.register, { value: fromJs(result) as Raw });
}
