import type { Result } from '../../core/source.ts';
import { Float, isDict, type Raw, Template, type Value } from '../../core/value.ts';
import type { Scope } from '../../template/index.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Vars } from '../model.ts';
import { composeScope } from '../variables/compose-scope.ts';
import { LEVELS } from '../variables/levels.ts';
import { addChild, addGroup, addHostVars, copyDraft, type Draft, safeName, shortSource } from './draft.ts';
import { freeze } from './freeze.ts';
import { type VarsFolder, varsReader } from './vars-folders.ts';

/** Evaluates an expression, as in `{{ }}`, with a host's variables. */
export type EvaluateExpression = (source: string, scope: Scope) => Result<Value>;

/** Whether a YAML source is for the `constructed` plugin: groups and variables computed from existing variables. */
export const isConstructed = (root: Raw): root is Map<Value, Raw> =>
  isDict(root) && /^(ansible\.builtin\.)?constructed$/.test(String(root.get('plugin') ?? ''));

interface Source {
  readonly draft: Draft;
  readonly root: Map<Value, Raw>;
  readonly file: string;
  readonly strict: boolean;
  readonly evaluate: EvaluateExpression;
}

/** Adds the groups and variables that a `constructed` source computes, for every host known so far. */
export function applyConstructed(
  draft: Draft,
  root: Map<Value, Raw>,
  file: string,
  { evaluate, folders }: { evaluate: EvaluateExpression; folders: readonly VarsFolder[] },
): void {
  const source = { draft, root, file, strict: root.get('strict') === true, evaluate };
  const used = root.get('use_vars_plugins') === true ? folders : [];
  const frozen = freeze(copyDraft(draft), used, varsReader([]));
  for (const host of frozen.hosts.values()) {
    const computed = new Map<string, { value: Raw }>([
      ['group_names', { value: [...host.groups].sort() }],
      ['inventory_hostname', { value: host.name }],
    ]);
    const scope = composeScope({ host, state: [{ level: LEVELS.extraVars, from: file, vars: computed }] });
    compose(source, host.name, scope, computed);
    addConditionalGroups(source, host.name, scope);
    addKeyedGroups(source, host.name, scope);
  }
}

const entries = (written: Raw | undefined): [string, Raw][] =>
  isDict(written) ? [...written].map(([key, value]) => [String(key), value]) : [];

function compose(source: Source, host: string, scope: Scope, computed: Map<string, { value: Raw }>): void {
  const vars = new Map<string, { value: Raw }>();
  for (const [name, expression] of entries(source.root.get('compose'))) {
    const value = evaluated(source, 'compose', name, expression, scope);
    if (value === undefined) continue;
    vars.set(name, { value });
    computed.set(name, { value });
  }
  addHostVars(source.draft, host, vars as Vars, shortSource(source.file));
}

function addConditionalGroups(source: Source, host: string, scope: Scope): void {
  for (const [name, condition] of entries(source.root.get('groups'))) {
    const holds = evaluated(source, 'groups', name, condition, scope);
    if (isTrue(holds)) addGroup(source.draft, safeName(name)).hosts.add(host);
  }
}

function addKeyedGroups(source: Source, host: string, scope: Scope): void {
  const written = source.root.get('keyed_groups');
  for (const [index, keyed] of (Array.isArray(written) ? written : []).entries()) {
    if (!isDict(keyed)) continue;
    const key = evaluated(source, 'keyed_groups', String(index), keyed.get('key') ?? null, scope);
    const values = key === undefined ? [] : keyedNames(source, key, keyed);
    for (const value of values) joinKeyedGroup(source, host, keyed, value, scope);
  }
}

function joinKeyedGroup(source: Source, host: string, keyed: Map<Value, Raw>, value: string, scope: Scope): void {
  const prefix = rendered(source, keyed.get('prefix') ?? '', scope);
  const separator =
    prefix === '' && source.root.get('leading_separator') === false ? '' : text(keyed.get('separator') ?? '_');
  const name = safeName(prefix + separator + value);
  addGroup(source.draft, name).hosts.add(host);
  const parent = rendered(source, keyed.get('parent_group') ?? '', scope);
  if (parent !== '') addChild(source.draft, safeName(parent), name);
}

/** The names that a key's value yields: a string itself, each item of a list, each key of a dict with its value. */
function keyedNames(source: Source, key: Value, keyed: Map<Value, Raw>): readonly string[] {
  const fallback = keyed.get('default_value');
  const orFallback = (value: Value): string[] => {
    const told = value === '' || value === null ? fallback : value;
    return told == null ? [] : [text(told)];
  };
  if (typeof key === 'string') return orFallback(key);
  if (Array.isArray(key)) return key.flatMap(orFallback);
  if (!isDict(key)) {
    complain(source, 'keyed_groups', 'Invalid group name format, expected a string or a list of them or dictionary');
    return [];
  }
  const separator = text(keyed.get('separator') ?? '_');
  return [...key].map(([name, value]) =>
    pairName(text(name), text(value), separator, fallback, keyed.get('trailing_separator') !== false),
  );
}

function pairName(
  name: string,
  value: string,
  separator: string,
  fallback: Raw | undefined,
  trailing: boolean,
): string {
  if (value !== '') return name + separator + value;
  if (fallback != null) return name + separator + text(fallback);
  return trailing ? name + separator : name;
}

function evaluated(source: Source, section: string, name: string, expression: Raw, scope: Scope): Value | undefined {
  if (typeof expression !== 'string' && !(expression instanceof Template)) return expression as Value;
  const result = source.evaluate(expressionText(expression), scope);
  if (result.ok) return result.value;
  // Hosts without the variable are normal; only a strict source objects.
  if (source.strict) for (const { message } of result.error) complain(source, section, `${name}: ${message}`);
  return undefined;
}

const expressionText = (expression: string | Template): string =>
  (expression instanceof Template ? expression.source : expression).replace(/^\s*\{\{(.*)\}\}\s*$/s, '$1');

function rendered(source: Source, written: Raw, scope: Scope): string {
  if (!(written instanceof Template)) return text(written);
  const pieces = written.source.split(/\{\{(.*?)\}\}/s);
  return pieces
    .map((piece, index) =>
      index % 2 === 0 ? piece : text(evaluated(source, 'keyed_groups', piece, piece, scope) ?? ''),
    )
    .join('');
}

// Booleans spelled as in Python, since they become part of names.
function text(value: Raw): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value instanceof Float) return value.value.toFixed(1);
  return value === null ? '' : String(value);
}

const isTrue = (value: Value | undefined): boolean =>
  !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isDict(value) && value.size === 0)
  );

function complain(source: Source, section: string, message: string): void {
  const at = locationOf(source.root, section)?.key ?? { file: source.file, line: 1, column: 1 };
  source.draft.notes.push({ severity: 'error', code: 'constructed', message, at });
}
