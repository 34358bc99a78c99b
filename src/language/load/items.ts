import type { Position } from '../../core/source.ts';
import type { Raw, Value } from '../../core/value.ts';
import { placeLike } from '../../yaml/places.ts';
import type { Handler, Include, Item, Meta } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { type Action, actionOf, shortTypeName } from './action.ts';
import { isBlockDict, loadBlock } from './block.ts';
import { loadImportRole } from './import-role.ts';
import { loadImportTasks } from './import-tasks.ts';
import { loadInclude } from './include.ts';
import { type Loading, report, type Within } from './loading.ts';
import { loadMeta } from './meta.ts';
import { loadTask } from './task.ts';
import { deeper } from './within.ts';
import { isRawDict, isRawList, kindOf, layerOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** Loads the items of a list of tasks and blocks, with imports replaced by what they import. */
export function loadItems(
  loading: Loading,
  list: Raw | undefined,
  within: Within,
  at: Position,
  section = 'tasks',
): Item[] {
  if (list === undefined || list === null) return [];
  if (!isRawList(list)) {
    const shown = scalarText(list) ?? (typeof list === 'number' ? String(list) : 'it');
    const message = `A malformed block was encountered while loading ${section}: ${shown} should be a list or None but is ${kindOf(list)}`;
    report(loading, 'wrong-keyword-type', message, at, 'begin each task with "- "');
    return [];
  }
  return list.flatMap((entry, index) => loadEntry(loading, entry, within, writtenAt(list, index, at)));
}

/** Loads a list of handlers. */
export function loadHandlers(
  loading: Loading,
  list: Raw | undefined,
  within: Within,
  at: Position,
): (Handler | Include | Meta)[] {
  return loadItems(loading, list, { ...within, asHandlers: true }, at) as (Handler | Include | Meta)[]; // all are handlers
}

function loadEntry(loading: Loading, entry: Raw, within: Within, at: Position): readonly Item[] {
  if (!isRawDict(entry)) {
    const message = `unexpected ${kindOf(entry)} in a list of tasks; a task is a dict, for example "- debug: msg=hello"`;
    report(loading, 'wrong-keyword-type', message, at);
    return [];
  }
  if (isBlockDict(entry)) return loadBlock(loading, entry, within, at);
  const action = actionOf(loading, entry, at);
  return action === undefined ? [] : loadAction(loading, entry, action, within, at);
}

function loadAction(loading: Loading, dict: RawDict, action: Action, within: Within, at: Position): readonly Item[] {
  switch (typeof action.type === 'string' ? shortTypeName(action.type) : undefined) {
    case 'import_tasks':
      return loadImportTasks(loading, dict, action, within, at);
    case 'import_role':
      if (refusesRole(loading, action, within, at)) return [];
      return loadImportRole(loading, dict, action, within, at);
    case 'include_tasks':
      return loadInclude(loading, dict, { ...action, of: 'tasks' }, within, at);
    case 'include_role':
      if (refusesRole(loading, action, within, at)) return [];
      return loadInclude(loading, dict, { ...action, of: 'role' }, within, at);
    case 'include':
      return loadOldInclude(loading, dict, action, within, at);
    case 'meta':
      return loadMeta(loading, dict, action, within, at);
    default:
      return [loadTask(loading, dict, action, within, at)];
  }
}

/** Reports a role used as a handler, which is not supported. */
function refusesRole(loading: Loading, action: Action, within: Within, at: Position): boolean {
  if (!within.asHandlers) return false;
  report(loading, 'role-as-handler', `Using '${String(action.type)}' as a handler is not supported.`, at);
  return true;
}

// The old `include` acts as an import unless it has a loop, its file is a template, or it was itself included while the
// play was running.
function loadOldInclude(loading: Loading, dict: RawDict, written: Action, within: Within, at: Position) {
  const [action, params] = withParams(written);
  // Facts override these variables, but not those in its `vars:`. So `a={{ a }}` can pass on a fact.
  const inner = params.size === 0 ? within : deeper(within, within.keywords, layerOf(LEVELS.task, 'include', params));
  const repeated = [...dict.keys()].some((key) => key === 'loop' || String(key).startsWith('with_'));
  const fixed = isRawDict(action.args) && typeof action.args.get('file') === 'string';
  return fixed && !repeated && within.dynamic !== true
    ? loadImportTasks(loading, dict, action, inner, at)
    : loadInclude(loading, dict, { ...action, of: 'tasks' }, inner, at);
}

/** Splits the arguments of the old `include`: all but its own options are variables for the included items. */
function withParams(action: Action): [Action, RawDict] {
  const { args } = action;
  if (!isRawDict(args)) return [action, new Map()];
  const isOwn = (key: Value) => key === 'file' || key === 'apply' || key === '_variable_params';
  const part = (of: boolean) => placeLike(new Map([...args].filter(([key]) => isOwn(key) === of)), args);
  return [{ ...action, args: part(true) }, part(false)];
}
