import type { Block, Brought, Include, Item, Play } from '../../core/model.ts';
import type { Result } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { Checking, Reached, ReachedPlay } from './checking.ts';

interface Walk {
  readonly checking: Checking;
  readonly reached: Reached[];
  readonly seen: Set<string>;
  opaque: boolean;
}

/** All items of a play: also those of blocks, and of includes whose names are written out. */
export function reach(checking: Checking, play: Play): ReachedPlay {
  const walk: Walk = { checking, reached: [], seen: new Set(), opaque: false };
  for (const item of play.items) visit(walk, item, false, false);
  for (const handler of play.handlers) visit(walk, handler, true, false);
  return { play, items: walk.reached, opaque: walk.opaque };
}

function visit(walk: Walk, item: Item, isHandler: boolean, mayFail: boolean): void {
  if (item.kind === 'block') {
    visitBlock(walk, item, isHandler, mayFail);
    return;
  }
  const caught = mayFail || (item.keywords.ignoreErrors !== undefined && item.keywords.ignoreErrors.value !== false);
  walk.reached.push({ item, isHandler, mayFail: caught });
  if (item.kind === 'include') visitInclude(walk, item, isHandler, caught);
}

function visitBlock(walk: Walk, block: Block, isHandler: boolean, mayFail: boolean): void {
  for (const item of block.block) visit(walk, item, isHandler, mayFail || block.rescue.length > 0);
  for (const item of [...block.rescue, ...block.always]) visit(walk, item, isHandler, mayFail);
}

function visitInclude(walk: Walk, include: Include, isHandler: boolean, mayFail: boolean): void {
  const brought = bring(walk, include);
  if (brought === undefined) walk.opaque = true;
  else if (brought !== 'seen')
    for (const item of [...brought.items, ...brought.handlers]) visit(walk, item, isHandler, mayFail);
}

function bring(walk: Walk, include: Include): Brought | 'seen' | undefined {
  const args = include.args instanceof Map ? (include.args as Map<unknown, Raw>) : new Map<unknown, Raw>();
  const text = (key: string) => args.get(key) ?? undefined;
  const given = ['file', 'name', 'role', 'tasks_from', 'vars_from', 'defaults_from', 'handlers_from'].map(text);
  if (include.loop !== undefined || given.some((value) => value !== undefined && typeof value !== 'string'))
    return undefined;
  const [file, name, role, tasksFrom, varsFrom, defaultsFrom, handlersFrom] = given as (string | undefined)[]; // checked in the line above
  const key = `${include.of} ${include.role?.path} ${include.searchPath.join(':')} ${given.join(':')}`;
  if (walk.seen.has(key)) return 'seen';
  walk.seen.add(key);
  const { loader } = walk.checking.options;
  const froms = { tasksFrom, varsFrom, defaultsFrom, handlersFrom };
  return settle(
    walk,
    include.of === 'tasks'
      ? loader.tasks(include, file ?? '', [])
      : loader.role(include, { name: name ?? role ?? '', ...froms }, []),
  );
}

// A file that is not there may be made by the run, or never be asked for; mistakes in one that is there are mistakes.
function settle(walk: Walk, result: Result<Brought>): Brought | undefined {
  if (result.ok) return result.value;
  walk.checking.problems.push(
    ...result.error.filter(({ code }) => code !== 'missing-file' && code !== 'missing-role' && code !== 'undefined'),
  );
  return undefined;
}
