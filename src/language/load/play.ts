import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { placeLike } from '../../yaml/places.ts';
import { noKeywords } from '../keywords/inherited.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { KeywordName } from '../keywords/table.ts';
import type { Handler, Include, Item, Meta, Play, VarsLayer, Written } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { loadHandlers, loadItems } from './items.ts';
import { keywordsOf, typedIn } from './keywords.ts';
import { type Loading, nextId, type PlayScope, report, type Within } from './loading.ts';
import { implicitMeta } from './meta.ts';
import { shareWithPlay } from './play-layers.ts';
import { playSpecTask } from './play-spec.ts';
import { tellReserved } from './reserved-names.ts';
import { loadRole } from './role.ts';
import { readRoleEntry } from './role-entry.ts';
import { optional } from './task.ts';
import { checkKeywords } from './unknown-keyword.ts';
import { staticVarsFiles } from './vars-files.ts';
import { varsPromptOf } from './vars-prompt.ts';
import { varsLayer } from './within.ts';
import { isRawDict, isRawList, keyPlace, kindOf, type RawDict, writtenAt, writtenIn, writtenList } from './written.ts';

/** The keywords and variables that an `import_playbook` passes to its plays. */
export interface PlayInheritance {
  readonly keywords: Play['keywords'];
  readonly layers: readonly VarsLayer[];
}

/** The inheritance of a play that no other playbook imports. */
export const noInheritance: PlayInheritance = { keywords: noKeywords, layers: [] };

/** Loads a play. */
export function loadPlay(
  loading: Loading,
  dict: RawDict,
  directory: string,
  inherited: PlayInheritance,
  at: Position,
): Play {
  loading.options.onFolder?.(directory);
  checkKeywords(loading, dict, { name: 'Play', known: keywordsOn('play') }, at);
  if (dict.has('user') && dict.has('remote_user'))
    report(
      loading,
      'two-names',
      "both 'user' and 'remote_user' are set for this play. 'user' is the old name of 'remote_user'",
      keyPlace(dict, 'user', at),
    );
  const renamed = renameUser(dict);
  const outer = { ...loading.options.keywords, ...inherited.keywords };
  const keywords = { ...keywordsOf(loading, renamed, 'play', outer, at), when: inherited.keywords.when };
  const own = varsLayer(loading, renamed, LEVELS.play, 'play vars', at);
  const vars = renamed.get('vars');
  if (loading.options.warnsOfReservedNames === true && isRawDict(vars)) tellReserved(loading, vars, at);
  const layers = [...(own ? [own] : []), ...inherited.layers];
  const varsFiles = varsFilesOf(renamed, at);
  const play: PlayScope = { directory, layers, staticLayers: [], exported: [], importedHandlers: [], roles: new Map() };
  const within: Within = {
    play: { ...play, staticLayers: staticVarsFiles(loading, varsFiles, play) },
    keywords,
    layers: [],
    searchPath: [directory],
    roleFolders: 0,
    taskFolders: [directory],
    asHandlers: false,
    collections: collectionsOf(renamed),
    chain: [],
  };
  const { items, handlers } = sections(loading, renamed, within, at);
  const name = renamed.get('name');
  const assembled: Play = {
    id: nextId(),
    at,
    ...(name !== undefined && name !== null && { name }),
    hosts: hostsOf(loading, renamed, at),
    keywords,
    layers,
    varsFiles,
    varsPrompt: varsPromptOf(loading, renamed, at),
    ...settings(loading, renamed, at),
    items,
    handlers,
    directory,
  };
  return shareWithPlay(assembled, within.play.exported);
}

function collectionsOf(dict: RawDict): readonly string[] {
  const list = dict.get('collections');
  return isRawList(list) ? list.flatMap((name) => (typeof name === 'string' ? [name] : [])) : [];
}

// `user` is the old name of `remote_user`.
function renameUser(dict: RawDict): RawDict {
  if (!dict.has('user') || dict.has('remote_user')) return dict;
  const renamed: RawDict = new Map([...dict].map(([key, value]) => [key === 'user' ? 'remote_user' : key, value]));
  return placeLike(renamed, dict);
}

function hostsOf(loading: Loading, dict: RawDict, at: Position): Written {
  const hosts = writtenIn(dict, 'hosts', at);
  if (hosts === undefined)
    report(loading, 'no-hosts', "the field 'hosts' is required but was not set", at, 'for example "hosts: all"');
  else if (hosts.value === null || hosts.value === '' || (isRawList(hosts.value) && hosts.value.length === 0)) {
    report(loading, 'no-hosts', 'Hosts list cannot be empty. Please check your playbook', hosts.at);
  } else if (isRawDict(hosts.value)) {
    report(
      loading,
      'wrong-keyword-type',
      `Hosts list must be a sequence or string; this is ${kindOf(hosts.value)}`,
      hosts.at,
    );
  }
  return hosts ?? { value: [], at };
}

function settings(loading: Loading, dict: RawDict, at: Position) {
  const typed = (key: KeywordName) => (dict.has(key) ? typedIn(loading, dict, key, at) : undefined);
  const any = (key: string) => (dict.get(key) === null ? undefined : writtenIn(dict, key, at));
  return optional({
    gatherFacts: typed('gather_facts'),
    gatherSubset: any('gather_subset'),
    gatherTimeout: typed('gather_timeout'),
    factPath: typed('fact_path'),
    serial: any('serial'),
    strategy: any('strategy'),
    order: any('order'),
    maxFailPercentage: any('max_fail_percentage'),
    forceHandlers: typed('force_handlers'),
  });
}

// In execution order; role handlers come before the play's own.
function sections(
  loading: Loading,
  dict: RawDict,
  within: Within,
  at: Position,
): { items: Item[]; handlers: (Handler | Include | Meta)[] } {
  const flush = () => implicitMeta('flush_handlers', within, at);
  const part = (key: string) => loadItems(loading, dict.get(key), within, writtenAt(dict, key, at), key);
  const roles = rolesOf(loading, dict, within, at);
  const handlers = loadHandlers(loading, dict.get('handlers'), within, writtenAt(dict, 'handlers', at));
  const pre = part('pre_tasks');
  const tasks = part('tasks');
  const post = part('post_tasks');
  return {
    items: [
      ...playSpecTask(loading, dict, within, at),
      ...pre,
      flush(),
      ...roles.items,
      ...tasks,
      flush(),
      ...post,
      flush(),
    ],
    handlers: [...roles.handlers, ...handlers, ...within.play.importedHandlers],
  };
}

function rolesOf(
  loading: Loading,
  dict: RawDict,
  within: Within,
  at: Position,
): { items: Item[]; handlers: (Handler | Include | Meta)[] } {
  const list = dict.get('roles');
  if (list === undefined || list === null) return { items: [], handlers: [] };
  const listAt = writtenAt(dict, 'roles', at);
  if (!isRawList(list)) {
    report(
      loading,
      'wrong-keyword-type',
      `A malformed role declaration was encountered: roles must be a list; this is ${kindOf(list)}`,
      listAt,
    );
    return { items: [], handlers: [] };
  }
  const loaded = list.map((entry, index) => loadEntry(loading, entry, within, writtenAt(list, index, listAt)));
  return {
    items: loaded.flatMap(({ items }) => [...items]),
    handlers: loaded.flatMap(({ handlers }) => [...handlers]),
  };
}

function loadEntry(loading: Loading, raw: Raw, within: Within, at: Position) {
  const entry = readRoleEntry(loading, raw, within, at);
  if (entry === undefined) return { items: [], handlers: [] };
  const loaded = loadRole(loading, { ...entry, at }, within);
  if (loading.options.privateRoleVars !== true) within.play.exported.push(...loaded.exported);
  return loaded;
}

function varsFilesOf(dict: RawDict, at: Position): readonly Written[] {
  return (writtenList(dict, 'vars_files', at) ?? []).filter(({ value }) => value !== null);
}
