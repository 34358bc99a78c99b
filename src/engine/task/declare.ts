import type { Outcome, TaskRef } from '../../core/event.ts';
import type { TaskResult } from '../../core/task-type.ts';
import type { Thing } from '../../core/thing.ts';
import { holdsTemplate, type Raw, Template } from '../../core/value.ts';
import type { Task, VarsLayer } from '../../language/model.ts';
import { TemplateError } from '../../template/index.ts';
import type { Declarations } from '../host/declarations.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { type BoundTask, bindTask } from './bind-task.ts';
import { itemSight, loopOf } from './loop.ts';
import type { TaskRun } from './task-run.ts';

/** How events and people refer to what was not looked at. */
export const missedName = ({ type, name }: TaskRef): string => (name === type ? type : `${type} "${name}"`);

/** Tells what a task that was looked at declares. */
export function declareCall({ play, state, task, ref }: TaskRun, call: BoundTask, outcome: Outcome): void {
  const { declarations, check } = play.run.options;
  if (declarations === undefined) return;
  const done = outcome.status === 'ok' || outcome.status === 'changed';
  // What another host's task or a handler did here is not told as an orphan: it may be due only now and then.
  const isOwn = call.delegatedTo === undefined && !ref.handler && task.keywords.runOnce === undefined;
  const isApplied = done && isOwn && !check && !call.context.check && !call.censored;
  declarations.declare({
    host: call.delegatedTo ?? state.host.name,
    task: ref,
    things: thingsOf(call, done ? outcome.result : undefined),
    ...(isApplied && { appliedAs: call.identity, changes: outcome.changes }),
  });
}

// Safe cast: `bindParams` has made these parameters by the type's own description.
const thingsOf = ({ type, params }: BoundTask, result?: TaskResult): readonly Thing[] =>
  type.retire?.(params as never, result) ?? type.seesTo?.(params as never) ?? [];

/** Tells that it is not known what a task declares. */
export function declareUnknown({ play, state, ref }: Pick<TaskRun, 'play' | 'state' | 'ref'>): void {
  play.run.options.declarations?.miss(state.host.name, missedName(ref));
}

/** Tells what a task, or an item of its loop, would declare that a condition skips. */
export async function declareSkipped(run: TaskRun, sight: TemplateScope): Promise<void> {
  const { declarations } = run.play.run.options;
  if (declarations === undefined) return;
  if (!declarations.asksUnrun || !(await declareUnrun(run, sight, declarations))) declareUnknown(run);
}

/** Tells what a task that was never reached declares: a handler that nothing notified, a task after the end of the play. */
export async function declareUnreached(
  play: PlayContext,
  state: HostState,
  task: Task,
  ref: TaskRef,
  layers: readonly VarsLayer[],
): Promise<void> {
  const { declarations } = play.run.options;
  if (declarations === undefined) return;
  const run = { play, state, task, ref };
  const isKnown = declarations.asksUnrun && (await declareItems(run, layers, declarations));
  if (!isKnown) declareUnknown(run);
}

type Unrun = Pick<TaskRun, 'play' | 'state' | 'task' | 'ref'>;

async function declareItems(run: Unrun, layers: readonly VarsLayer[], declarations: Declarations): Promise<boolean> {
  const { play, state, task } = run;
  if (
    looksUp(task.loop?.over.value) ||
    (task.loop?.lookup !== undefined && !/^(items|list|dict)$/.test(task.loop.lookup))
  )
    return false;
  return unlessUnknown(async () => {
    const sight = play.scopes.of(state, task, layers);
    const loop = loopOf(task, sight);
    if (loop === undefined) return declareUnrun(run, sight, declarations);
    if (loop.kind !== 'items') return false;
    for (const item of loop.items)
      if (!(await declareUnrun(run, itemSight(play, state, task, item, layers), declarations))) return false;
    return true;
  });
}

/** Returns whether it is known what the task would declare if it ran. Nothing is looked up for it. */
async function declareUnrun(
  { play, state, task, ref }: Unrun,
  sight: TemplateScope,
  declarations: Declarations,
): Promise<boolean> {
  const type = typeof task.type === 'string' ? play.run.loadedType(task.type) : undefined;
  if (type === undefined || looksUp(task.args)) return false;
  if (type.retire === undefined && type.seesTo === undefined) return true;
  const keywords: Task['keywords'] = { ...task.keywords, when: [] };
  return unlessUnknown(async () => {
    const computed = await bindTask(play, state, { ...task, keywords }, sight, true);
    if (computed.kind !== 'call') return false;
    const { call } = computed;
    declarations.declare({ host: call.delegatedTo ?? state.host.name, task: ref, things: thingsOf(call) });
    return true;
  });
}

async function unlessUnknown(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotKnownYet || error instanceof TemplateError) return false;
    throw error;
  }
}

/** Whether a value looks something up on the controller, which may have an effect: a task that does not run must have none. */
function looksUp(raw: Raw | undefined): boolean {
  if (raw === undefined || !holdsTemplate(raw)) return false;
  if (raw instanceof Template) return /\b(lookup|query|q)\s*\(/.test(raw.source);
  if (Array.isArray(raw)) return (raw as readonly Raw[]).some(looksUp);
  return raw instanceof Map && [...(raw.values() as Iterable<Raw>)].some(looksUp);
}
