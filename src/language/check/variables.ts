import type { Task } from '../../core/model.ts';
import { suggest } from '../../core/suggest.ts';
import { type Raw, Template } from '../../core/value.ts';
import { freeNames } from '../../template/index.ts';
import { positionAt } from '../../yaml/places.ts';
import { shortName } from '../load/action.ts';
import { varsFilePaths } from '../load/vars-files.ts';
import { type Checking, problem, type Reached, type ReachedPlay } from './checking.ts';
import { magicNames } from './magic-names.ts';
import { type TemplateText, textsOf } from './texts.ts';

/** Check that each variable that a task needs is defined somewhere; silent where something may define more than can be seen. */
export function checkVariables(checking: Checking, plays: readonly ReachedPlay[]): void {
  const { variables } = checking.options;
  if (variables === undefined) return;
  const defined = new Set([...magicNames, ...variables]);
  if (!plays.every((play) => collect(checking, play, defined))) return;
  for (const { items } of plays) for (const one of items) checkItem(checking, one, defined);
}

// Gathers all names that are defined; false where that cannot be known.
function collect(checking: Checking, { play, items, opaque }: ReachedPlay, defined: Set<string>): boolean {
  if (opaque || !collectVarsFiles(checking, play, defined)) return false;
  for (const layer of play.layers) add(defined, layer.vars.keys());
  add(
    defined,
    play.varsPrompt.map(({ name }) => name),
  );
  return items.every(({ item }) => {
    for (const layer of item.layers) add(defined, layer.vars.keys());
    if ('register' in item && item.register !== undefined) defined.add(item.register);
    return collectLoop(item, defined) && (item.kind !== 'task' || collectTask(checking, item, defined));
  });
}

const add = (defined: Set<string>, names: Iterable<string>): void => {
  for (const name of names) defined.add(name);
};

function collectVarsFiles(checking: Checking, play: ReachedPlay['play'], defined: Set<string>): boolean {
  return play.varsFiles.every(({ value }) => {
    const names = Array.isArray(value) ? (value as readonly Raw[]) : [value];
    return names.every(
      (name) =>
        typeof name === 'string' &&
        varsFilePaths(name, play.directory).every((path) => addFile(checking, path, defined)),
    );
  });
}

function addFile(checking: Checking, path: string, defined: Set<string>): boolean {
  if (!checking.options.files.isFile(path)) return true;
  const vars = checking.options.loader.vars(path);
  if (vars.ok) add(defined, vars.value.keys());
  return vars.ok;
}

function collectLoop(item: Reached['item'], defined: Set<string>): boolean {
  if (!('loop' in item) || item.loop === undefined) return true;
  const names = [item.loop.loopVar, item.loop.indexVar];
  for (const name of names) if (typeof name === 'string') defined.add(name);
  return !names.some((name) => name instanceof Template);
}

/** Types that define variables under names that only the run knows. */
const definesMore = new Set(['include_vars', 'add_host', 'group_by', 'set_stats', 'async_status']);

function collectTask(checking: Checking, task: Task, defined: Set<string>): boolean {
  const type = typeof task.type === 'string' ? shortName(task.type) : undefined;
  if (type === undefined || definesMore.has(type)) return false;
  if (checking.options.taskType?.(type) === undefined && checking.options.taskType?.(String(task.type)) === undefined)
    return false;
  if (type.endsWith('_facts') && type !== 'gather_facts') add(defined, ['packages', 'services']);
  if (type !== 'set_fact') return type !== 'getent';
  if (!(task.args instanceof Map)) return false;
  const keys = [...task.args.keys()].map(String);
  add(defined, keys);
  return !keys.some((key) => key.includes('{') || key === '_variable_params' || key === '_raw_params');
}

function checkItem(checking: Checking, { item, mayFail }: Reached, defined: ReadonlySet<string>): void {
  if (mayFail) return;
  const texts = textsOf(item);
  const guarded = new Set(texts.flatMap(({ source, kind }) => [...freeNames(source, { kind }).optional]));
  for (const text of texts) checkText(checking, text, item, defined, guarded);
}

function checkText(
  checking: Checking,
  text: TemplateText,
  item: Reached['item'],
  defined: ReadonlySet<string>,
  guarded: ReadonlySet<string>,
): void {
  for (const name of freeNames(text.source, { kind: text.kind }).required) {
    const isTurn = name === 'item' && 'loop' in item && item.loop !== undefined && text.afterLoop;
    if (defined.has(name) || guarded.has(name) || isTurn || /^ansible_/.test(name)) continue;
    const near = suggest(name, defined);
    problem(
      checking,
      'undefined-variable',
      `'${name}' is undefined`,
      placeIn(text, name),
      near && `did you mean "${near}"?`,
    );
  }
}

// Where the name stands in the text.
function placeIn({ source, at }: TemplateText, name: string) {
  if (at === undefined) return undefined;
  const offset = source.search(new RegExp(`\\b${name}\\b`));
  if (offset < 0) return at;
  const place = positionAt({ file: at.file, text: source }, offset, offset + name.length);
  return { ...place, line: at.line + place.line - 1, column: at.column + place.column - 1 };
}
