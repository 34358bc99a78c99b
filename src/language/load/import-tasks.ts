import { isAbsolute, join, normalize } from 'node:path';
import { must } from '../../core/must.ts';
import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { Item } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { type Action, argPlace, shortTypeName } from './action.ts';
import { checkIncludeArgs } from './include.ts';
import { loadItems } from './items.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, report, type Within } from './loading.ts';
import { readDocument } from './read-document.ts';
import { staticText } from './static-text.ts';
import { deeper, inFile, varsLayer } from './within.ts';
import { isRawDict, type RawDict } from './written.ts';

/** Loads the items of `import_tasks`. Each gets the keywords and variables of the import. */
export function loadImportTasks(
  loading: Loading,
  dict: RawDict,
  action: Action,
  within: Within,
  at: Position,
): readonly Item[] {
  if (refusesLoop(loading, dict, action, at) || !checkIncludeArgs(loading, action, 'tasks', [])) return [];
  // The old `include` passes its variables as an include does, even when it acts as an import.
  const level = shortTypeName(String(action.type)) === 'include' ? LEVELS.includeParams : LEVELS.task;
  const layer = varsLayer(loading, dict, level, 'import_tasks vars', at);
  const inner = deeper(within, keywordsOf(loading, dict, 'task', within.keywords, at), layer);
  const args = action.args as RawDict; // checked above
  const fileAt = argPlace(args, 'file', action.argsAt, 'value');
  const file = staticText(loading, must(args.get('file'), 'the file of an import'), inner, fileAt);
  return file === undefined ? [] : loadTaskFile(loading, file, inner, fileAt);
}

/** Reports a loop on an import, which cannot be repeated. */
export function refusesLoop(loading: Loading, dict: RawDict, action: Action, at: Position): boolean {
  const repeated = [...dict.keys()].some((key) => key === 'loop' || String(key).startsWith('with_'));
  if (!repeated) return false;
  const type = String(action.type);
  const message = `You cannot use loops on '${type}' statements. You should use '${type.replace('import', 'include')}' instead.`;
  report(loading, 'loop-on-import', message, at);
  return true;
}

/** Loads the items of a task file named in an import. */
export function loadTaskFile(loading: Loading, name: string, within: Within, at: Position): Item[] {
  const candidates = candidatesOf(name, within);
  const path = candidates.find((candidate) => loading.files.isFile(candidate));
  if (path === undefined) {
    const message = `Unable to retrieve file contents: could not find or access '${name}' on the Ansible Controller.`;
    report(loading, 'missing-file', message, at, `looked for ${candidates.join(', ')}`);
    return [];
  }
  if (within.chain.includes(path)) {
    report(
      loading,
      'recursion',
      `'${name}' imports itself`,
      at,
      'use include_tasks with a condition that ends the recursion',
    );
    return [];
  }
  const document = readDocument(loading, path, at);
  if (document === undefined) return [];
  return loadTaskDocument(loading, document.value, inFile(within, path), document.at.value);
}

function loadTaskDocument(loading: Loading, value: Raw, within: Within, at: Position): Item[] {
  if (value === null || Array.isArray(value)) return loadItems(loading, value, within, at);
  const message = 'included task files must contain a list of tasks';
  report(loading, 'wrong-keyword-type', message, at, isRawDict(value) ? 'begin each task with "- "' : undefined);
  return [];
}

function candidatesOf(name: string, within: Within): readonly string[] {
  if (isAbsolute(name)) return [normalize(name)];
  return [...new Set(within.taskFolders.map((folder) => join(folder, name)))];
}
