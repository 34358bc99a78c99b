import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { Include, Item } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { type Action, argPlace, shortTypeName } from './action.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, report, type Within } from './loading.ts';
import { loopOf } from './loop.ts';
import { registered } from './register.ts';
import { checkTaskKeywords, itemBase, listenOf, optional } from './task.ts';
import { deeper, varsLayer } from './within.ts';
import { isRawDict, keyPlace, kindOf, type RawDict } from './written.ts';

/** An include with its surroundings: included items inherit from those, not from the include itself. */
export interface PlacedInclude extends Include {
  readonly within: Within;
  /** The include's own variables: uses of a role with different variables are different roles. */
  readonly vars?: RawDict;
}

const options = {
  tasks: new Set(['file', 'apply']),
  role: new Set([
    'name',
    'role',
    'tasks_from',
    'vars_from',
    'defaults_from',
    'handlers_from',
    'apply',
    'public',
    'allow_duplicates',
    'rolespec_validate',
    'rescuable',
  ]),
} as const;

/** The action of an include, and what it includes. */
interface IncludeAction extends Action {
  readonly of: 'tasks' | 'role';
}

/** Loads an `include_tasks` or `include_role`. What it includes is loaded when it runs. */
export function loadInclude(
  loading: Loading,
  dict: RawDict,
  action: IncludeAction,
  within: Within,
  at: Position,
): readonly Item[] {
  const { of } = action;
  const type = String(action.type);
  const owner = { name: of === 'tasks' ? 'TaskInclude' : 'IncludeRole', known: keywordsOn('include') };
  checkTaskKeywords(loading, dict, action, owner, at);
  if (!checkIncludeArgs(loading, action, of, ['apply'])) return [];
  const args = action.args as RawDict; // checked on the line above
  const apply = applyOf(loading, type, args, action.argsAt);
  const layer = varsLayer(loading, dict, LEVELS.includeParams, 'include vars', at);
  const inner = deeper(within, keywordsOf(loading, dict, 'include', within.keywords, at), layer);
  const vars = dict.get('vars');
  const include: PlacedInclude = {
    kind: 'include',
    of,
    type,
    ...itemBase(dict, inner, at),
    args,
    within: deeper(within, within.keywords, layer),
    ...(isRawDict(vars) && { vars }),
    ...optional({ loop: loopOf(loading, dict, at), ...registered(loading, dict, at), apply }),
    ...(within.asHandlers && { listen: listenOf(loading, dict, at) }),
  };
  return [include];
}

/** Checks that an include or import accepts its arguments, and reports those that it does not. */
export function checkIncludeArgs(
  loading: Loading,
  action: Action,
  of: 'tasks' | 'role',
  besides: readonly string[],
): boolean {
  const type = String(action.type);
  const { args, argsAt } = action;
  if (!isRawDict(args)) {
    report(loading, 'wrong-keyword-type', `'${type}' takes a name or a dict`, argsAt);
    return false;
  }
  const bad = [...args.keys()].filter(
    (key) => !options[of].has(String(key)) || (key === 'apply' && !besides.includes('apply')),
  );
  if (bad.length > 0 && shortTypeName(type) !== 'include') {
    report(
      loading,
      'invalid-options',
      `Invalid options for ${type}: ${bad.map(String).sort().join(',')}`,
      argPlace(args, String(bad[0]), argsAt, 'key'),
    );
    return false;
  }
  return hasTarget(loading, action, args, of) && namesFiles(loading, type, args, argsAt);
}

/** The role files to use must be given by name. */
function namesFiles(loading: Loading, type: string, args: RawDict, at: Position): boolean {
  const wrong = [...args.keys()].find((key) => String(key).endsWith('_from') && !isName(args.get(key)));
  if (wrong === undefined) return true;
  const message = `Expected a string for ${String(wrong)} but got ${kindOf(args.get(wrong))} instead, for ${type}`;
  report(loading, 'wrong-keyword-type', message, argPlace(args, String(wrong), at, 'value'));
  return false;
}

const isName = (value: Raw | undefined): boolean =>
  value === undefined || value === null || (!isRawDict(value) && !Array.isArray(value));

function hasTarget(loading: Loading, action: Action, args: RawDict, of: 'tasks' | 'role'): boolean {
  const target = of === 'tasks' ? args.get('file') : (args.get('name') ?? args.get('role'));
  if (target !== undefined && target !== null && target !== '') return true;
  const type = String(action.type);
  const message = of === 'tasks' ? `No file specified for ${type}` : `'name' is a required field for ${type}.`;
  report(loading, of === 'tasks' ? 'no-file' : 'no-role', message, action.typeAt);
  return false;
}

function applyOf(loading: Loading, type: string, args: RawDict, at: Position): Raw | undefined {
  const apply = args.get('apply');
  if (apply === undefined || apply === null || isRawDict(apply)) return apply ?? undefined;
  const message = `Expected a dict for apply but got ${kindOf(apply)} instead, for ${type}`;
  report(loading, 'wrong-keyword-type', message, keyPlace(args, 'apply', at));
  return undefined;
}
