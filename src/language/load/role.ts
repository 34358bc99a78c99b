import { join, resolve } from 'node:path';
import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { Handler, Include, Item, Keywords, Meta, RoleRef, VarsLayer } from '../model.ts';
import { LEVELS, type Level } from '../variables/levels.ts';
import { loadHandlers, loadItems } from './items.ts';
import { type Loading, report, type Within } from './loading.ts';
import { implicitMeta } from './meta.ts';
import { readDocument } from './read-document.ts';
import { type RoleUse, readRoleEntry } from './role-entry.ts';
import { besideRole, findRole, type RolePlaces, roleFile, roleVarsFiles } from './role-files.ts';
import { argumentSpecTask, readMeta } from './role-meta.ts';
import { inFile } from './within.ts';
import { isRawDict, kindOf, layerOf } from './written.ts';

/** The result of loading a role. */
interface LoadedRole {
  readonly items: readonly Item[];
  readonly handlers: readonly (Handler | Include | Meta)[];
  /** Defaults and vars, also those of dependencies, for a role that depends on this one and, unless they are private, for the whole play. */
  readonly exported: readonly VarsLayer[];
}

const nothing: LoadedRole = { items: [], handlers: [], exported: [] };

/** Loads a role together with its dependencies. */
export function loadRole(loading: Loading, use: RoleUse, within: Within): LoadedRole {
  const search = findRole(loading, use.name, placesOf(within));
  if (search.found === undefined) {
    const message = use.name.includes(',')
      ? `Invalid old style role requirement: ${use.name}`
      : `the role '${use.name}' was not found in ${search.searched.join(':')}`;
    report(loading, 'missing-role', message, use.at);
    return nothing;
  }
  const { name, path } = search.found;
  const key = `role ${path} ${use.tasksFrom ?? ''}`;
  if (within.chain.includes(key)) {
    const message = `A recursion loop was detected with the roles specified: '${name}' depends on itself.`;
    report(loading, 'recursion', message, use.at, 'Make sure child roles do not have dependencies on parent roles');
    return nothing;
  }
  loading.options.onFolder?.(path);
  return loadFound(loading, use, { ...within, chain: [...within.chain, key] }, name, path);
}

function placesOf({ play, role, collections }: Within): RolePlaces {
  return { playbookFolder: play.directory, collections, ...(role && { beside: besideRole(role.path) }) };
}

function loadFound(loading: Loading, use: RoleUse, within: Within, name: string, path: string): LoadedRole {
  const meta = readMeta(loading, path, use.at);
  const role = roleRef(use, within, name, path, use.allowDuplicates ?? meta.allowDuplicates);
  const around = enterRole(within, role, use.keywords);
  const own = varsOfRole(loading, use, name, path);
  // A dependency sees its parent's variables and parameters, with lower precedence than its own.
  const seen = [...own, ...entryLayers(use, name)];
  const dependencies = meta.dependencies.map((entry) => loadDependency(loading, entry, around, seen));
  const exported = [...dependencies.flatMap((dependency) => dependency.exported), ...own];
  const inner = { ...around, layers: [...around.layers, ...exported, ...entryLayers(use, name)] };
  const spec = use.validate === false ? [] : argumentSpecTask(loading, meta, use, inner);
  const items = [...spec, ...tasksOf(loading, use, path, inner), implicitMeta('role_complete', inner, use.at)];
  return {
    items: [...dependencies.flatMap((dependency) => dependency.items), ...items],
    handlers: [...dependencies.flatMap((dependency) => dependency.handlers), ...handlersOf(loading, use, path, inner)],
    exported,
  };
}

function loadDependency(
  loading: Loading,
  entry: { raw: Raw; at: Position },
  around: Within,
  seen: readonly VarsLayer[],
): LoadedRole {
  const parent = { ...around, layers: [...around.layers, ...seen] };
  const read = readRoleEntry(loading, entry.raw, parent, entry.at);
  return read === undefined ? nothing : loadRole(loading, { ...read, at: entry.at }, parent);
}

// Equal uses of a role are one role, which runs once no matter what requires it.
function roleRef(use: RoleUse, within: Within, name: string, path: string, allowDuplicates: boolean): RoleRef {
  const parents =
    within.role === undefined ? [] : [{ name: within.role.name, path: within.role.path }, ...within.role.parents];
  const froms = [use.tasksFrom, use.varsFrom, use.defaultsFrom, use.handlersFrom];
  const key = [path, use.fingerprint, ...froms, use.included === true].join('\0');
  const known = within.play.roles.get(key);
  if (known?.allowDuplicates === allowDuplicates && pathsOf(known.parents) === pathsOf(parents)) return known;
  const role = { name, path, parents, allowDuplicates, instance: known?.instance ?? `${within.play.roles.size + 1}` };
  within.play.roles.set(key, role);
  return role;
}

const pathsOf = (roles: RoleRef['parents']): string => roles.map(({ path }) => path).join('\0');

function enterRole(within: Within, role: RoleRef, keywords: Keywords): Within {
  return {
    ...within,
    role,
    keywords,
    collections: collectionOf(role.name, within.collections),
    searchPath: [...new Set([role.path, ...within.searchPath.slice(0, within.roleFolders), within.play.directory])],
    roleFolders: within.searchPath.slice(0, within.roleFolders).includes(role.path)
      ? within.roleFolders
      : within.roleFolders + 1,
    taskFolders: [
      join(role.path, within.asHandlers ? 'handlers' : 'tasks'),
      join(role.path, 'tasks'),
      role.path,
      within.play.directory,
    ],
  };
}

// A role in a collection finds the collection's other roles by their short names.
function collectionOf(name: string, outer: readonly string[]): readonly string[] {
  const match = /^(\w+\.\w+)\.\w/.exec(name);
  const [, own] = match ?? [];
  return own === undefined ? outer : [own, ...outer.filter((other) => other !== own)];
}

function varsOfRole(loading: Loading, use: RoleUse, name: string, path: string): VarsLayer[] {
  const { defaultsFrom, varsFrom } = use;
  const defaults = {
    folder: 'defaults',
    from: defaultsFrom,
    level: LEVELS.roleDefaults,
    label: `role defaults of ${name}`,
  } as const;
  const vars = { folder: 'vars', from: varsFrom, level: LEVELS.role, label: `role vars of ${name}` } as const;
  return [...varsIn(loading, use, path, defaults), ...varsIn(loading, use, path, vars)];
}

/** A role directory that contains variables, with the file to read in it and the precedence level of the variables. */
interface RoleVars {
  readonly folder: 'defaults' | 'vars';
  readonly from: string | undefined;
  readonly level: Level;
  readonly label: string;
}

function varsIn(loading: Loading, use: RoleUse, path: string, { folder, from, level, label }: RoleVars): VarsLayer[] {
  const files = roleVarsFiles(loading, path, folder, from);
  if (files.length === 0 && from !== undefined) reportMissing(loading, use, path, folder, from);
  return files.flatMap((file) => {
    const document = readDocument(loading, file, use.at);
    if (document === undefined || document.value === null) return [];
    if (isRawDict(document.value)) return [layerOf(level, label, document.value)];
    const message = `The ${folder}/main.yml file for role '${use.name}' must contain a dictionary of variables; this is ${kindOf(document.value)}`;
    report(loading, 'wrong-keyword-type', message, document.at.value);
    return [];
  });
}

function reportMissing(loading: Loading, use: RoleUse, path: string, folder: string, from: string): void {
  if (!isInside(path, folder, from)) {
    const message = `Failed to find '${from}' for role '${use.name}' as it is not inside the expected role path: '${path}'`;
    report(loading, 'missing-file', message, use.at);
    return;
  }
  report(
    loading,
    'missing-file',
    `Could not find specified file in role: ${folder}/${from}`,
    use.at,
    `looked in ${join(path, folder)}`,
  );
}

/** Whether a file of a role lies within the role's directory: no path may lead out of it. */
const isInside = (path: string, folder: string, from: string): boolean =>
  resolve(path, folder, from).startsWith(`${path}/`);

function entryLayers(use: RoleUse, name: string): VarsLayer[] {
  const vars =
    use.vars === undefined
      ? []
      : [layerOf(use.included ? LEVELS.includeParams : LEVELS.role, `vars set where role ${name} is used`, use.vars)];
  return use.params === undefined ? vars : [...vars, layerOf(LEVELS.roleParams, `role params of ${name}`, use.params)];
}

function tasksOf(loading: Loading, use: RoleUse, path: string, within: Within): Item[] {
  const file = roleFile(loading, path, 'tasks', use.tasksFrom);
  if (file === undefined && use.tasksFrom !== undefined) reportMissing(loading, use, path, 'tasks', use.tasksFrom);
  return file === undefined ? [] : itemsIn(loading, file, within, use.at, loadItems);
}

function handlersOf(loading: Loading, use: RoleUse, path: string, within: Within): (Handler | Include | Meta)[] {
  const file = roleFile(loading, path, 'handlers', use.handlersFrom);
  if (file === undefined && use.handlersFrom !== undefined)
    reportMissing(loading, use, path, 'handlers', use.handlersFrom);
  if (file === undefined) return [];
  const taskFolders = [join(path, 'handlers'), ...within.taskFolders];
  return itemsIn(loading, file, { ...within, taskFolders, asHandlers: true }, use.at, loadHandlers);
}

function itemsIn<T>(
  loading: Loading,
  file: string,
  within: Within,
  at: Position,
  load: (loading: Loading, list: Raw, within: Within, at: Position) => T[],
): T[] {
  const document = readDocument(loading, file, at);
  return document === undefined ? [] : load(loading, document.value, inFile(within, file), document.at.value);
}
