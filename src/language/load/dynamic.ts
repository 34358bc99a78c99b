import type { Result } from '../../core/source.ts';
import type { Raw, Value } from '../../core/value.ts';
import { createFiles } from '../files.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { DynamicLoader, Handler, Include, IncludedItems, Item, Meta, Vars, VarsLayer } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { loadTaskFile } from './import-tasks.ts';
import type { PlacedInclude } from './include.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, type LoadOptions, report, type Within } from './loading.ts';
import { completeItems } from './play-layers.ts';
import { readDocument } from './read-document.ts';
import { loadRole } from './role.ts';
import { fingerprint } from './role-entry.ts';
import { checkKeywords } from './unknown-keyword.ts';
import { deeper, varsLayer } from './within.ts';
import { isRawDict, kindOf, writtenVarsOf } from './written.ts';

type RoleArgs = Parameters<DynamicLoader['role']>[1];

/** Loads what includes refer to when they run. */
export function createDynamicLoader(options: LoadOptions = {}): DynamicLoader {
  const files = options.files ?? createFiles();
  const start = (): Loading => ({ options: { ...options, files }, files, problems: [] });
  return {
    tasks: (include, file, vars) => bringTasks(start(), include, file, vars),
    role: (include, args, vars) => bringRole(start(), include, args, vars),
    vars: (path) => readVars(start(), path),
  };
}

function bringTasks(
  loading: Loading,
  include: Include,
  file: string,
  vars: readonly VarsLayer[],
): Result<IncludedItems> {
  const within = withinOf(loading, include, vars);
  const items = loadTaskFile(loading, file, within, include.at);
  return conclude(loading, include, items, within.play.importedHandlers, within.play.exported);
}

function bringRole(
  loading: Loading,
  include: Include,
  args: RoleArgs,
  vars: readonly VarsLayer[],
): Result<IncludedItems> {
  const within = withinOf(loading, include, vars);
  const {
    name,
    tasksFrom,
    varsFrom,
    defaultsFrom,
    handlersFrom,
    allowDuplicates = true,
    rolespecValidate = true,
  } = args;
  const use = {
    name,
    tasksFrom,
    varsFrom,
    defaultsFrom,
    handlersFrom,
    allowDuplicates,
    validate: rolespecValidate,
    included: true,
  };
  const loaded = loadRole(
    loading,
    { ...use, keywords: within.keywords, fingerprint: printOf(include, vars), at: include.at },
    within,
  );
  const handlers = [...loaded.handlers, ...within.play.importedHandlers];
  const isPublic = args.public ?? loading.options.privateRoleVars === false;
  const exported = [...(isPublic ? loaded.exported : []), ...within.play.exported];
  return conclude(loading, include, loaded.items, handlers, exported);
}

const printOf = (include: Include, turn: readonly VarsLayer[]): string =>
  fingerprint(
    new Map<Value, Raw>([
      ...((include as PlacedInclude).vars ?? []),
      ...turn.flatMap((layer) => [...layer.vars].map(([name, { value }]): [Value, Raw] => [name, value])),
    ]),
  );

function conclude(
  loading: Loading,
  include: Include,
  items: readonly Item[],
  handlers: readonly (Handler | Include | Meta)[],
  exported: readonly VarsLayer[],
): Result<IncludedItems> {
  if (loading.problems.some(({ severity }) => severity === 'error')) return { ok: false, error: loading.problems };
  const shared = [...include.layers, ...exported];
  const brought = { items: completeItems(items, shared), handlers: completeItems(handlers, shared), exported };
  return { ok: true, value: brought, warnings: loading.problems };
}

// Included items inherit from the include's surroundings, from `apply`, and from the include's variables.
function withinOf(loading: Loading, include: Include, vars: readonly VarsLayer[]): Within {
  const { within } = include as PlacedInclude; // loadInclude creates every include
  const { play } = within;
  // Additions by imports inside it are returned with the included items; the play itself stays as it was loaded.
  const own = { ...play, staticLayers: [...play.staticLayers, ...play.exported], exported: [], importedHandlers: [] };
  // The chain is about imports, which are all loaded before the run: an include may lead to itself, while a condition holds.
  const inner = { ...within, chain: [], dynamic: true, play: own, layers: [...within.layers, ...vars] };
  const apply = include.apply;
  if (apply === undefined || !isRawDict(apply)) return inner;
  checkKeywords(loading, apply, { name: 'Block', known: keywordsOn('task') }, include.at);
  return deeper(
    inner,
    keywordsOf(loading, apply, 'task', inner.keywords, include.at),
    varsLayer(loading, apply, LEVELS.block, 'apply vars', include.at),
  );
}

function readVars(loading: Loading, path: string): Result<Vars> {
  const document = readDocument(loading, path);
  if (document !== undefined && document.value !== null && !isRawDict(document.value)) {
    report(
      loading,
      'wrong-keyword-type',
      `${path} must contain a dictionary/hash of variables; this is ${kindOf(document.value)}`,
      document.at.value,
    );
  }
  if (loading.problems.some(({ severity }) => severity === 'error')) return { ok: false, error: loading.problems };
  const vars: Vars = document !== undefined && isRawDict(document.value) ? writtenVarsOf(document.value) : new Map();
  return { ok: true, value: vars, warnings: loading.problems };
}
