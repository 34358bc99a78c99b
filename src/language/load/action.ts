import { readArguments } from '../../core/key-value.ts';
import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { isTemplateText, type Raw, Template, withoutKey } from '../../core/value.ts';
import { copyPlace, locationOf, placeLike } from '../../yaml/places.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { Written } from '../model.ts';
import { type Loading, report } from './loading.ts';
import { reportUnknown } from './unknown-keyword.ts';
import { isRawDict, keyPlace, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** The action of a task: its type, and its parameters as written. */
export interface Action {
  readonly type: string | Raw;
  readonly typeAt: Position;
  readonly args: Raw;
  readonly argsAt: Position;
  /** `local_action`: runs on the controller. */
  readonly local: boolean;
}

const commands = new Set([
  'command',
  'shell',
  'raw',
  'script',
  'win_command',
  'win_shell',
  'ansible.windows.win_command',
  'ansible.windows.win_shell',
]);

/** The parameter that takes free-form text, for actions that are part of the language rather than task types. */
const freeForm: Readonly<Record<string, string>> = {
  include_tasks: 'file',
  import_tasks: 'file',
  include: 'file',
  include_role: 'name',
  import_role: 'name',
  meta: '_raw_params',
  command: 'cmd',
  shell: 'cmd',
  raw: 'cmd',
  script: 'cmd',
  include_vars: '_raw_params',
  set_fact: '_raw_params',
  add_host: '_raw_params',
  group_by: '_raw_params',
};

/** A name without `ansible.builtin.` or `ansible.legacy.`. */
export const shortTypeName = (name: string): string => name.replace(/^ansible\.(?:builtin|legacy)\./, '');

/** The action of a task. Undefined, with a diagnostic, if there is none or more than one. */
export function actionOf(loading: Loading, dict: RawDict, at: Position): Action | undefined {
  const named = [...dict.keys()].filter((key) => typeof key !== 'string' || !isKeyword(key)).map(String);
  const general = ['action', 'local_action'].filter((key) => dict.has(key));
  const actions = realActions(loading, dict, named, general, at);
  if (actions.length > 1) {
    report(
      loading,
      'conflicting-actions',
      `conflicting action statements: ${actions.join(', ')}`,
      keyPlace(dict, actions[1], at),
    );
    return undefined;
  }
  const [key] = actions;
  if (key === undefined) {
    if (named.length === 0)
      report(loading, 'no-action', 'no module/action detected in task.', at, 'name a task type, for example "debug:"');
    return undefined;
  }
  return general.length > 0 ? generalAction(loading, dict, key, at) : namedAction(loading, dict, key, at);
}

const isKeyword = (key: string): boolean => keywordsOn('handler').has(key) || key.startsWith('with_');

// If something else is the action, keys that are neither keywords nor known types are mistyped keywords.
function realActions(loading: Loading, dict: RawDict, named: string[], general: string[], at: Position): string[] {
  if (named.length + general.length < 2) return [...general, ...named];
  const isType = (key: string) =>
    Object.hasOwn(freeForm, shortTypeName(key)) || loading.options.taskType?.(key) !== undefined;
  const known = named.filter(isType);
  const candidates = known.length + general.length > 0 ? known : likelyTypes(named);
  for (const key of named) {
    if (!candidates.includes(key))
      reportUnknown(loading, key, { name: 'Task', known: keywordsOn('handler') }, keyPlace(dict, key, at));
  }
  return [...general, ...candidates];
}

function likelyTypes(named: string[]): string[] {
  const full = named.filter((key) => key.includes('.'));
  if (full.length > 0) return full;
  const unlike = named.filter((key) => suggest(key, keywordsOn('handler')) === undefined);
  return unlike.length > 0 ? unlike : named;
}

function namedAction(loading: Loading, dict: RawDict, key: string, at: Position): Action {
  const typeAt = keyPlace(dict, key, at);
  const given = { value: dict.get(key) ?? null, at: writtenAt(dict, key, typeAt) };
  return { type: key, typeAt, args: argsOf(loading, dict, key, key, given), argsAt: given.at, local: false };
}

// Reads `action: copy src=a` and `action: {module: copy, src: a}`.
function generalAction(loading: Loading, dict: RawDict, key: string, at: Position): Action | undefined {
  const value = dict.get(key);
  const valueAt = writtenAt(dict, key, at);
  const local = key === 'local_action';
  if (isRawDict(value)) return actionDict(loading, dict, value, valueAt, local);
  const text = scalarText(value);
  const [, word, rest = ''] = /^\s*((?:\{\{.*?\}\}|\S)+)\s*([\s\S]*)$/.exec(text ?? '') ?? [];
  if (word === undefined) {
    report(loading, 'wrong-keyword-type', `'${key}' takes a string or a dict; this is ${kindOf(value)}`, valueAt);
    return undefined;
  }
  const type = isTemplateText(word) ? new Template(word, valueAt) : word;
  const given = { value: templated(rest, valueAt), at: valueAt };
  return { type, typeAt: valueAt, args: argsOf(loading, dict, key, word, given), argsAt: valueAt, local };
}

function actionDict(
  loading: Loading,
  dict: RawDict,
  value: RawDict,
  valueAt: Position,
  local: boolean,
): Action | undefined {
  const type = scalarText(value.get('module'));
  if (type === undefined) {
    report(
      loading,
      'no-action',
      'no module/action detected in task.',
      valueAt,
      'a dict under "action" must name the type under "module"',
    );
    return undefined;
  }
  const [word = '', ...rest] = type.split(/\s+(?=\w+=)/);
  const given = new Map(value);
  given.delete('module');
  const inline = readArguments(rest.join(' '), false).pairs;
  for (const [name, text] of inline) given.set(name, templated(text, valueAt));
  const nested = given.get('args');
  if (nested !== undefined) given.delete('args');
  for (const [name, arg] of nestedArgs(nested)) given.set(name, arg);
  placeLike(given, value, ...(isRawDict(nested) ? [nested] : []));
  const typeAt = writtenAt(value, 'module', valueAt);
  const own = { value: given, at: valueAt };
  return {
    type: templated(word, typeAt),
    typeAt,
    args: argsOf(loading, dict, 'action', word, own),
    argsAt: valueAt,
    local,
  };
}

// `action: {module: command, cmd: ls, args: {chdir: /}}`: these override the parameters next to them.
function nestedArgs(nested: Raw | undefined): RawDict {
  if (isRawDict(nested)) return nested;
  const text = scalarText(nested);
  return new Map(text === undefined ? [] : readArguments(text, false).pairs);
}

const templated = (text: string, at: Position): string | Template =>
  isTemplateText(text) ? new Template(text, at) : text;

// The parameters: the action's own, overriding those of `args:`.
function argsOf(loading: Loading, dict: RawDict, key: string, type: string, given: Written): Raw {
  const own = ownArgs(loading, dict, key, type, given);
  const more = dict.get('args');
  if (more === undefined || more === null) return own;
  if (isRawDict(more)) return mergeArgs(own, more);
  if (scalarText(more) !== undefined) return mergeArgs(own, new Map([['_variable_params', more]]));
  report(
    loading,
    'wrong-keyword-type',
    `'args' takes a dict; this is ${kindOf(more)}`,
    writtenAt(dict, 'args', given.at),
  );
  return own;
}

// Parameters that only become known later are kept under `_variable_params`, or alone if there is nothing else.
function mergeArgs(own: Raw, more: RawDict): Raw {
  const first: RawDict = isRawDict(own) ? own : new Map([['_variable_params', own]]);
  const merged = first.size === 0 ? more : placeLike(new Map([...more, ...first]), first, more);
  const later = merged.get('_variable_params');
  return merged.size === 1 && later !== undefined ? later : merged;
}

function ownArgs(loading: Loading, dict: RawDict, key: string, type: string, given: Written): Raw {
  if (isRawDict(given.value)) return given.value;
  const args: RawDict = new Map();
  if (given.value === null) return args;
  const text = scalarText(given.value);
  const freeKey = freeFormOf(loading, type);
  if (text === undefined) args.set(freeKey ?? '_raw_params', given.value);
  else addText(args, text, given, commands.has(shortTypeName(type)), freeKey ?? '_raw_params');
  if (freeKey === undefined && args.has('_raw_params')) return withoutFreeForm(loading, args, type, given);
  // `add_host: "{{ params }}"`: its free form is not a parameter.
  if (shortTypeName(type) === 'add_host' && args.get('_raw_params') instanceof Template) return variableParams(args);
  copyPlace(args, dict, key);
  return args;
}

const freeFormOf = (loading: Loading, type: string): string | undefined =>
  loading.options.taskType?.(type)?.freeForm ?? freeForm[shortTypeName(type)];

// Parameters from a template that provides all of them, merged with those named on the same line.
function variableParams(args: RawDict): Raw {
  return mergeArgs(args.get('_raw_params') ?? null, placeLike(withoutKey(args, '_raw_params'), args));
}

// `file: "{{ params }}"` provides all parameters; any other text is meaningless here.
function withoutFreeForm(loading: Loading, args: RawDict, type: string, given: Written): Raw {
  const rest = args.get('_raw_params');
  if (rest instanceof Template) return args.size === 1 ? rest : variableParams(args);
  if (loading.options.taskType?.(type) === undefined) return args;
  const allowed = Object.keys(freeForm).join(', ');
  const message = `this task '${type}' has extra params, which is only allowed in the following modules: ${allowed}`;
  report(
    loading,
    'extra-params',
    message,
    given.at,
    'write parameters as "name: value" below the type, or as name=value',
  );
  return args;
}

function addText(args: RawDict, text: string, given: Written, isCommand: boolean, freeKey: string): void {
  const { pairs, free } = readArguments(text, isCommand);
  if (free === text) {
    if (text !== '') args.set(freeKey, given.value);
    return;
  }
  if (free.trim() !== '') args.set(freeKey, templated(isCommand ? free : free.trim(), placeInText(given, text, free)));
  for (const [name, value] of pairs) args.set(name, templated(value, placeInText(given, text, value)));
}

// The place of a part of the text, if it appears there unchanged and on the first line.
function placeInText(given: Written, text: string, part: string): Position {
  const start = given.value instanceof Template ? (given.value.at ?? given.at) : given.at;
  const offset = text.indexOf(part);
  if (offset < 0 || text.slice(0, offset).includes('\n')) return start;
  return { file: start.file, line: start.line, column: start.column + offset, length: part.length };
}

/** The place of a task's parameter, or of the parameter's name. */
export const argPlace = (args: Raw, key: string, otherwise: Position, of: 'key' | 'value'): Position =>
  locationOf(args, key)?.[of] ?? locationOf(args, key)?.value ?? otherwise;
