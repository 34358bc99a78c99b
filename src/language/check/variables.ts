import { dirname, join } from 'node:path';
import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { isTemplateText, type Raw, Template } from '../../core/value.ts';
import { freeNames } from '../../template/index.ts';
import { positionAt } from '../../yaml/places.ts';
import { shortTypeName } from '../load/action.ts';
import { varsFilePaths } from '../load/vars-files.ts';
import type { Task, Vars } from '../model.ts';
import { registeredNames } from '../registered-names.ts';
import { selectedByTags } from '../tags.ts';
import {
  type Checking,
  checkWeighed,
  type Definition,
  type Definitions,
  problem,
  type Reached,
  type ReachedPlay,
} from './checking.ts';
import { templateFileOf } from './local-files.ts';
import { magicNames } from './magic-names.ts';
import { type TemplateText, textsOf } from './texts.ts';

/**
 * Checks that every variable a task needs is defined somewhere. Reports nothing if more variables may be defined than can be known
 * beforehand.
 */
export function checkVariables(checking: Checking, plays: readonly ReachedPlay[]): void {
  const { variables } = checking.options;
  if (variables === undefined) return;
  const defined: Defined = new Map([...variables].map(([name, all]) => [name, new Set(all)]));
  addNames(defined, magicNames);
  if (!plays.every((play) => collect(checking, play, defined)) || GATHERED_BY_MODULES.some((name) => defined.has(name)))
    return;
  const known: Known = { defined, lacks: new Map() };
  for (const { items } of plays)
    for (const one of items) checkWeighed(checking, one, (own) => checkItem(own, one, known));
}

/** Variables that make plays gather facts with modules, whose facts are not known before. */
const GATHERED_BY_MODULES = ['ansible_facts_modules', 'ansible_network_os'];

// Gathers all defined names; false if that is impossible to know.
function collect(checking: Checking, { play, items, opaque }: ReachedPlay, defined: Defined): boolean {
  if (opaque || !collectVarsFiles(checking, play, defined)) return false;
  for (const layer of play.layers) addVars(defined, layer.vars);
  addNames(
    defined,
    play.varsPrompt.map(({ name }) => name),
  );
  return items.every(({ item }) => {
    for (const layer of item.layers) addVars(defined, layer.vars);
    addNames(defined, registeredNames(item));
    return collectLoop(item, defined) && (item.kind !== 'task' || collectTask(checking, item, defined));
  });
}

/** All definitions and, for each variable, the undefined one that it cannot be computed without. */
interface Known {
  readonly defined: Definitions;
  readonly lacks: Map<string, Lack | undefined>;
}

type Defined = Map<string, Set<Definition | undefined>>;

function define(defined: Defined, name: string, definition: Definition | undefined): void {
  const known = defined.get(name);
  if (known === undefined) defined.set(name, new Set([definition]));
  else known.add(definition);
}

/** Adds what a layer of variables defines. */
export function addVars(defined: Defined, vars: Vars): void {
  for (const [name, definition] of vars) define(defined, name, definition);
}

/** Adds names whose values are known only during the run. */
function addNames(defined: Defined, names: Iterable<string>): void {
  for (const name of names) define(defined, name, undefined);
}

function collectVarsFiles(checking: Checking, play: ReachedPlay['play'], defined: Defined): boolean {
  return play.varsFiles.every(({ value }) => {
    const names = Array.isArray(value) ? (value as readonly Raw[]) : [value];
    if (!names.every((name) => typeof name === 'string')) return false;
    const paths = names.flatMap((name) => varsFilePaths(name, play.directory));
    // The variables of a file that does not exist yet are unknown.
    return paths.some(checking.options.files.isFile) && paths.every((path) => addFile(checking, path, defined));
  });
}

function addFile(checking: Checking, path: string, defined: Defined): boolean {
  if (!checking.options.files.isFile(path)) return true;
  const vars = checking.options.loader.vars(path);
  if (vars.ok) addVars(defined, vars.value);
  return vars.ok;
}

function collectLoop(item: Reached['item'], defined: Defined): boolean {
  if (!('loop' in item) || item.loop === undefined) return true;
  const names = [item.loop.loopVar, item.loop.indexVar];
  for (const name of names) if (typeof name === 'string') define(defined, name, undefined);
  return !names.some((name) => name instanceof Template);
}

/** Types that define variables whose names are known only during the run. */
const definesMore = new Set(['include_vars', 'add_host', 'group_by', 'set_stats', 'async_status']);

function collectTask(checking: Checking, task: Task, defined: Defined): boolean {
  const type = typeof task.type === 'string' ? shortTypeName(task.type) : undefined;
  if (type === undefined || definesMore.has(type)) return false;
  const known = checking.options.taskType?.(type) ?? checking.options.taskType?.(String(task.type));
  // A module of the user may return any facts.
  if (known === undefined || (known.gives === 'facts' && known.anyParams === true)) return false;
  addNames(defined, known.factNames?.(task.args) ?? []);
  if (type !== 'set_fact') return type !== 'getent';
  if (!(task.args instanceof Map)) return false;
  const keys = [...task.args.keys()].map(String);
  addNames(defined, keys);
  return !keys.some((key) => key.includes('{') || key === '_variable_params' || key === '_raw_params');
}

// If every definition of a variable needs an undefined variable, reports this where the definition is written. A value
// that depends on a condition may never be computed.
function checkDefinition(checking: Checking, name: string, known: Known, item: Reached['item']): void {
  const { tags } = checking.options;
  if (tags !== undefined && (item.keywords.tags.some(isTemplateText) || !selectedByTags(item.keywords.tags, tags)))
    return;
  const lack = lacking(name, known);
  if (lack === undefined) return;
  const { file, line } = item.at;
  problem(
    checking,
    'undefined-variable',
    `'${lack.name}' is undefined, but \`${lack.of}\`, which is needed at ${file}:${line}, is computed from it`,
    lack.at,
    /^vault_/.test(lack.name) && lack.at !== undefined
      ? `define it in an encrypted file: run vault create ${join(dirname(lack.at.file), 'group_vars/all/vault.yaml')}`
      : undefined,
  );
}

interface Lack {
  readonly name: string;
  readonly of: string;
  readonly at?: Position;
}

// The undefined variable that keeps every definition of a variable from being computed.
function lacking(name: string, known: Known): Lack | undefined {
  const { defined, lacks } = known;
  if (lacks.has(name)) return lacks.get(name);
  lacks.set(name, undefined); // a self-referential variable is a different error
  const found = [...(defined.get(name) ?? [])].map((one) =>
    one?.value instanceof Template ? lackOf(name, one.value, known) : undefined,
  );
  if (found.every((lack) => lack !== undefined)) lacks.set(name, found[0]);
  return lacks.get(name);
}

function lackOf(of: string, { source, at }: Template, known: Known): Lack | undefined {
  for (const name of freeNames(source).required) {
    if (/^ansible_/.test(name) || name === 'item') continue;
    if (!known.defined.has(name))
      return { name, of, at: placeIn({ source, at, kind: 'text', afterLoop: false }, name) };
    const lack = lacking(name, known);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

function checkItem(checking: Checking, { item, mayFail }: Reached, known: Known): void {
  if (mayFail) return;
  const texts = textsOf(item);
  const guarded = new Set(texts.flatMap(({ source, kind }) => [...freeNames(source, { kind }).optional]));
  for (const text of texts) checkText(checking, text, item, known, guarded);
  if (item.kind === 'task') checkTemplateFile(checking, item, known, guarded);
}

// Only what the file certainly needs: it may set the rest itself or never reach it.
function checkTemplateFile(checking: Checking, task: Task, known: Known, guarded: ReadonlySet<string>): void {
  const path = templateFileOf(checking, task);
  const source = path === undefined ? undefined : checking.options.files.readText(path);
  if (path === undefined || source === undefined) return;
  for (const name of freeNames(source, { kind: 'file' }).certain) {
    if (guarded.has(name) || known.defined.has(name) || /^(?:ansible|template)_/.test(name)) continue;
    if (name === 'item' && task.loop !== undefined) continue;
    const { file, line } = task.at;
    problem(
      checking,
      'undefined-variable',
      `'${name}' is undefined; the template is for the task at ${file}:${line}`,
      placeInFile(path, source, name),
      meant(name, known),
    );
  }
}

function placeInFile(file: string, text: string, name: string): Position {
  const offset = text.search(new RegExp(`(?<=\\{[{%](?:(?![%}]\\}).)*)\\b${name}\\b`, 's'));
  return offset < 0 ? { file, line: 1, column: 1 } : positionAt({ file, text }, offset, offset + name.length);
}

function meant(name: string, known: Known): string | undefined {
  const near = suggest(name, known.defined.keys());
  return near && `did you mean "${near}"?`;
}

function checkText(
  checking: Checking,
  text: TemplateText,
  item: Reached['item'],
  known: Known,
  guarded: ReadonlySet<string>,
): void {
  for (const name of freeNames(text.source, { kind: text.kind }).required) {
    const isTurn = name === 'item' && 'loop' in item && item.loop !== undefined && text.afterLoop;
    if (guarded.has(name) || isTurn || /^ansible_/.test(name)) continue;
    if (known.defined.has(name)) {
      if (item.keywords.when.length === 0) checkDefinition(checking, name, known, item);
      continue;
    }
    problem(checking, 'undefined-variable', `'${name}' is undefined`, placeIn(text, name), meant(name, known));
  }
}

// Where the name is in the text.
function placeIn({ source, at }: TemplateText, name: string) {
  if (at === undefined) return undefined;
  const offset = source.search(new RegExp(`\\b${name}\\b`));
  if (offset < 0) return at;
  const place = positionAt({ file: at.file, text: source }, offset, offset + name.length);
  return { ...place, line: at.line + place.line - 1, column: at.column + place.column - 1 };
}
