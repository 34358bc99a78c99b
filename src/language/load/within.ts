import { dirname } from 'node:path';
import type { Position } from '../../core/source.ts';
import type { Keywords, VarsLayer } from '../model.ts';
import type { Level } from '../variables/levels.ts';
import { type Loading, report, type Within } from './loading.ts';
import { isRawDict, kindOf, layerOf, type RawDict, writtenAt } from './written.ts';

/** Copies surroundings with other keywords and one more layer of variables. */
export function deeper(within: Within, keywords: Keywords, layer?: VarsLayer): Within {
  if (keywords === within.keywords && layer === undefined) return within;
  return { ...within, keywords, layers: layer === undefined ? within.layers : [...within.layers, layer] };
}

/** The surroundings of items in a separate task file. */
export function inFile(within: Within, file: string): Within {
  const folder = dirname(file);
  return {
    ...within,
    taskFolders: prepend(folder, within.taskFolders),
    searchPath: insertFolder(within, folder),
    chain: [...within.chain, file],
  };
}

const prepend = (folder: string, folders: readonly string[]): readonly string[] =>
  folders[0] === folder ? folders : [folder, ...folders.filter((other) => other !== folder)];

// Roles come first, then the directory of the task file, then the playbook's.
function insertFolder(within: Within, folder: string): readonly string[] {
  const roles = within.searchPath.slice(0, within.roleFolders);
  const rest = within.play.directory;
  return [...new Set([...roles, folder, rest])];
}

/** The `vars:` of a dict as a layer; undefined if there are none. */
export function varsLayer(
  loading: Loading,
  dict: RawDict,
  level: Level,
  from: string,
  at: Position,
): VarsLayer | undefined {
  const vars = writtenVars(loading, dict, from, at);
  return vars === undefined ? undefined : layerOf(level, from, vars);
}

/** The `vars:` of a dict; undefined if there are none. If they are not a dict of variables, that is reported, naming `owner`. */
export function writtenVars(loading: Loading, dict: RawDict, owner: string, at: Position): RawDict | undefined {
  const vars = dict.get('vars');
  if (vars === undefined || vars === null) return undefined;
  const varsAt = writtenAt(dict, 'vars', at);
  if (isRawDict(vars)) {
    checkNames(loading, vars, varsAt);
    return vars.size === 0 ? undefined : vars;
  }
  if (Array.isArray(vars) && vars.every(isRawDict)) return new Map(vars.flatMap((part) => [...part]));
  const message = `Vars in a ${owner.split(' ')[0]} must be specified as a dictionary; this is ${kindOf(vars)}`;
  report(loading, 'wrong-keyword-type', message, varsAt);
  return undefined;
}

function checkNames(loading: Loading, vars: RawDict, at: Position): void {
  for (const name of vars.keys()) {
    if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)) continue;
    const message = `Invalid variable name in vars specified: '${String(name)}' is not a valid variable name`;
    report(
      loading,
      'invalid-variable-name',
      message,
      writtenAt(vars, name, at),
      'names consist of letters, digits and underscores',
    );
  }
}
