import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Item } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { type Action, argPlace } from './action.ts';
import { refusesLoop } from './import-tasks.ts';
import { checkIncludeArgs } from './include.ts';
import { keywordsOf } from './keywords.ts';
import type { Loading, Within } from './loading.ts';
import { loadRole } from './role.ts';
import type { RoleUse } from './role-entry.ts';
import { fingerprint } from './role-entry.ts';
import { staticText } from './static-text.ts';
import { deeper, varsLayer } from './within.ts';
import { isRawDict, type RawDict } from './written.ts';

/** Loads the items of `import_role`. Its handlers, and unless they are private its defaults and vars, apply to the whole play. */
export function loadImportRole(
  loading: Loading,
  dict: RawDict,
  action: Action,
  within: Within,
  at: Position,
): readonly Item[] {
  if (refusesLoop(loading, dict, action, at) || !checkIncludeArgs(loading, action, 'role', [])) return [];
  const args = action.args as RawDict; // checked above
  const inner = deeper(
    within,
    keywordsOf(loading, dict, 'task', within.keywords, at),
    varsLayer(loading, dict, LEVELS.task, 'import_role vars', at),
  );
  const use = roleUse(loading, args, dict, inner, action.argsAt);
  if (use === undefined) return [];
  const loaded = loadRole(loading, use, inner);
  const isPublic = truthOf(args.get('public')) ?? loading.options.privateRoleVars !== true;
  if (isPublic) within.play.exported.push(...loaded.exported);
  within.play.importedHandlers.push(...loaded.handlers);
  return loaded.items;
}

function roleUse(loading: Loading, args: RawDict, dict: RawDict, within: Within, at: Position): RoleUse | undefined {
  const text = (key: string) => {
    const value = args.get(key);
    return value === undefined || value === null
      ? undefined
      : staticText(loading, value, within, argPlace(args, key, at, 'value'));
  };
  const name = text('name') ?? text('role');
  if (name === undefined) return undefined;
  const vars = dict.get('vars');
  const froms = {
    tasksFrom: text('tasks_from'),
    varsFrom: text('vars_from'),
    defaultsFrom: text('defaults_from'),
    handlersFrom: text('handlers_from'),
  };
  const isNo = (key: string) => truthOf(text(key)) === false;
  const validate = !isNo('rolespec_validate');
  const allowDuplicates = !isNo('allow_duplicates');
  return {
    name,
    keywords: within.keywords,
    fingerprint: fingerprint(isRawDict(vars) ? vars : new Map()),
    at: argPlace(args, 'name', at, 'value'),
    ...froms,
    validate,
    allowDuplicates,
    included: true,
  };
}
