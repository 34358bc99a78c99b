import type { Event, EventData, ToldOutcome } from '../../core/event.ts';
import type { AnyTaskType } from '../../core/task-type.ts';
import { runPlaybooks } from '../../engine/run.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import { hostOf } from '../../language/inventory/index.ts';
import type { DynamicLoader, Item, Playbook, Task, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { strongestFirst } from '../../language/variables/merge-layers.ts';
import { collector } from '../collect.ts';
import { HANDLER, type HostFinding } from '../finding.ts';

/** A finding with what is needed to see where it is declared. */
export interface Declared {
  readonly finding: HostFinding;
  readonly outcome: ToldOutcome;
  readonly task: Task | undefined;
  readonly type: AnyTaskType | undefined;
  /** Which item of the task's loop it is. */
  readonly item: number | undefined;
  /** The variables that people wrote and that the task sees, strongest first. */
  readonly layers: readonly VarsLayer[];
}

/** What a check of playbooks saw. */
export interface Look {
  readonly findings: readonly Declared[];
  /** For each host, how many tasks and items were in order. */
  readonly inOrder: ReadonlyMap<string, number>;
  /** Findings, or what would be one, and hosts: `ID HOST`, in order there. */
  readonly agreeing: ReadonlySet<string>;
  /** Why it is not a whole check. */
  readonly errors: readonly string[];
}

/** Checks playbooks without telling anybody. The events may contain secrets. */
export async function lookAt(context: RunContext, playbooks: readonly Playbook[], version: string): Promise<Look> {
  const { report, end } = collector();
  const outcomes = new Map<ToldOutcome['changes'], Extract<Event, { kind: 'task-finished' | 'item-finished' }>>();
  const loaded = remembering(context.loader);
  const items = new Map<string, number>();
  const nth = new Map<ToldOutcome['changes'], number>();
  const emit = (happening: EventData): void => {
    const event = { time: Date.now(), ...happening } as Event;
    report(named(event, context));
    if (event.kind !== 'task-finished' && event.kind !== 'item-finished') return;
    const key = `${event.host} ${event.task.id}`;
    if (event.kind === 'item-finished') {
      nth.set(event.outcome.changes, items.get(key) ?? 0);
      items.set(key, (items.get(key) ?? 0) + 1);
    } else items.delete(key);
    outcomes.set(event.outcome.changes, event);
  };
  const options = { ...context.options, check: true, diff: true };
  const { exitCode } = await runPlaybooks(
    { ...context, options, runFacts: { ...context.runFacts, checkMode: true }, loader: loaded.loader, emit },
    playbooks,
    version,
  );
  const collected = end();
  const tasks = new Map<number, Task>();
  for (const { plays } of playbooks)
    for (const play of plays) for (const item of [...play.items, ...play.handlers]) note(item, tasks);
  for (const item of loaded.items) note(item, tasks);
  const errors = collected.errors.map(({ message }) => message);
  return {
    findings: collected.findings.map((finding): Declared => {
      const event = outcomes.get(finding.changes);
      const task = event === undefined ? undefined : tasks.get(event.task.id);
      const type = typeof task?.type === 'string' ? context.loadedType(task.type) : undefined;
      return {
        finding,
        outcome: event?.outcome ?? { status: 'failed', changes: [], result: {} },
        task,
        type,
        item: finding.item === undefined ? undefined : nth.get(finding.changes),
        layers: layersFor(context, finding.host, task, loaded.files),
      };
    }),
    inOrder: countOf(collected.judged),
    agreeing: new Set(collected.judged.flatMap(({ status, id, host }) => (status === 'ok' ? [`${id} ${host}`] : []))),
    errors: errors.length === 0 && collected.interrupted ? [`the check ended early (${exitCode})`] : errors,
  };
}

/** An event with the names that an audit knows it by, so that findings have the same IDs; its outcome stays what it is. */
function named(event: Event, { secrets }: RunContext): Event {
  if (event.kind !== 'task-finished' && event.kind !== 'item-finished') return event;
  const task = { ...event.task, name: secrets.mask(event.task.name) };
  return event.kind === 'item-finished' ? { ...event, task, label: secrets.mask(event.label) } : { ...event, task };
}

/** Whether a finding is that of a handler, which runs only because something else would change. */
export const isOfHandler = ({ task }: HostFinding): boolean => task.name.startsWith(HANDLER);

function countOf(judged: readonly { readonly host: string; readonly status: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { host, status } of judged) if (status === 'ok') counts.set(host, (counts.get(host) ?? 0) + 1);
  return counts;
}

function note(item: Item, tasks: Map<number, Task>): void {
  if (item.kind === 'task') tasks.set(item.id, item);
  if (item.kind === 'block') for (const one of [...item.block, ...item.rescue, ...item.always]) note(one, tasks);
}

/** A loader that remembers what it loaded during a run. */
function remembering(loader: DynamicLoader) {
  const items: Item[] = [];
  const files: VarsLayer[] = [];
  const keep = <T extends ReturnType<DynamicLoader['tasks']>>(result: T): T => {
    if (result.ok) items.push(...result.value.items, ...result.value.handlers);
    return result;
  };
  const remembered: DynamicLoader = {
    tasks: (...args) => keep(loader.tasks(...args)),
    role: (...args) => keep(loader.role(...args)),
    vars(path) {
      const result = loader.vars(path);
      if (result.ok) files.push({ level: LEVELS.varsFiles, from: path, vars: result.value });
      return result;
    },
  };
  return { loader: remembered, items, files };
}

function layersFor(
  context: RunContext,
  host: string,
  task: Task | undefined,
  files: readonly VarsLayer[],
): readonly VarsLayer[] {
  const own = hostOf(context.inventory, host)?.layers ?? [];
  return strongestFirst([...own, ...files, context.extra, ...(task?.layers ?? [])]);
}
