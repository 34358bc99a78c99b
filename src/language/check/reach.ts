import type { Diagnostic, Result } from '../../core/source.ts';
import { type Raw, Template } from '../../core/value.ts';
import { freeNames } from '../../template/index.ts';
import type { Block, Include, IncludedItems, Item, Play, Written } from '../model.ts';
import { CHANCES, type Chance, type Checking, type Reached, type ReachedPlay, weighed } from './checking.ts';

interface Walk {
  readonly checking: Checking;
  readonly reached: Reached[];
  readonly seen: Set<string>;
  readonly missing: Diagnostic[];
  opaque: boolean;
}

/** Collects all items of a play, including those of blocks, and of includes whose names are literal. */
export function reach(checking: Checking, play: Play): ReachedPlay {
  const walk: Walk = { checking, reached: [], seen: new Set(), missing: [], opaque: false };
  const around = { isHandler: false, mayFail: false, chance: 'sure' } as const;
  for (const item of play.items) visit(walk, item, around);
  for (const handler of play.handlers) visit(walk, handler, { ...around, isHandler: true });
  return { play, items: walk.reached, opaque: walk.opaque, missing: walk.missing };
}

type Around = Omit<Reached, 'item'>;

function visit(walk: Walk, item: Item, around: Around): void {
  if (item.kind === 'block') {
    visitBlock(walk, item, around);
    return;
  }
  const { ignoreErrors, when } = item.keywords;
  const mayFail = around.mayFail || (ignoreErrors !== undefined && ignoreErrors.value !== false);
  const chance = when.some(asksForSystem) ? 'elsewhere' : around.chance;
  const here = { ...around, mayFail, chance };
  walk.reached.push({ item, ...here });
  if (item.kind === 'include') visitInclude(walk, item, here);
}

function visitBlock(walk: Walk, block: Block, around: Around): void {
  for (const item of block.block) visit(walk, item, { ...around, mayFail: around.mayFail || block.rescue.length > 0 });
  for (const item of [...block.rescue, ...block.always]) visit(walk, item, around);
}

function visitInclude(walk: Walk, include: Include, around: Around): void {
  const isSure = include.keywords.when.length === 0 && include.loop === undefined;
  const inside = { ...around, chance: isSure ? around.chance : later(around.chance, 'perhaps') };
  const brought = bring(walk, include, inside);
  if (brought === undefined) walk.opaque = true;
  else if (brought !== 'seen') for (const item of [...brought.items, ...brought.handlers]) visit(walk, item, inside);
}

const later = (one: Chance, other: Chance): Chance => (CHANCES.indexOf(one) > CHANCES.indexOf(other) ? one : other);

/** Whether a condition tests what kind of system a host is, which needs facts. */
function asksForSystem({ value }: Written): boolean {
  if (typeof value !== 'string' && !(value instanceof Template)) return false;
  const { required, optional } =
    value instanceof Template ? freeNames(value.source) : freeNames(value, { kind: 'expression' });
  return [...required, ...optional].some((name) => name.startsWith('ansible_') && !OF_THE_RUN.test(name));
}

/** Variables that are named like facts but say nothing about a host's system. */
const OF_THE_RUN =
  /^ansible_(?:check_mode|diff_mode|play_|loop|index_var|role_|parent_role|dependent_role|collection_|run_tags|skip_tags|forks|limit|inventory_sources|verbosity|version|config_file|playbook_python|facts_cache|search_path|host$|port$|user$|connection$|become|ssh_|local$)/;

function bring(
  walk: Walk,
  include: Include,
  { mayFail, isHandler, chance }: Around,
): IncludedItems | 'seen' | undefined {
  const args = include.args instanceof Map ? (include.args as Map<unknown, Raw>) : new Map<unknown, Raw>();
  const text = (key: string) => args.get(key) ?? undefined;
  const given = ['file', 'name', 'role', 'tasks_from', 'vars_from', 'defaults_from', 'handlers_from'].map(text);
  if (include.loop !== undefined || given.some((value) => value !== undefined && typeof value !== 'string'))
    return undefined;
  const [file, name, role, tasksFrom, varsFrom, defaultsFrom, handlersFrom] = given as (string | undefined)[]; // checked on the line above
  const key = `${chance} ${include.of} ${include.role?.path} ${include.searchPath.join(':')} ${given.join(':')}`;
  if (walk.seen.has(key)) return 'seen';
  walk.seen.add(key);
  const { loader } = walk.checking.options;
  const froms = { tasksFrom, varsFrom, defaultsFrom, handlersFrom };
  const brought =
    include.of === 'tasks'
      ? loader.tasks(include, file ?? '', [])
      : loader.role(include, { name: name ?? role ?? '', ...froms }, []);
  // The includes of a handler, or of a block with a rescue, may never be needed.
  return settle(walk, brought, mayFail || isHandler ? later(chance, 'perhaps') : chance);
}

// Reports errors in existing files. A file named by a variable that is not known yet is left to the run.
function settle(walk: Walk, result: Result<IncludedItems>, chance: Chance): IncludedItems | undefined {
  if (result.ok) return result.value;
  const told = weighed(
    result.error.filter(({ code }) => code !== 'undefined'),
    chance,
  );
  const isMissing = ({ code }: Diagnostic): boolean => code === 'missing-file' || code === 'missing-role';
  walk.missing.push(...told.filter(isMissing));
  walk.checking.problems.push(...told.filter((one) => !isMissing(one)));
  return undefined;
}
