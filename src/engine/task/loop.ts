import { isDict, type Raw, Template, toJs, type Value, withoutTuples } from '../../core/value.ts';
import type { Entry, Item, Loop, Task, Vars, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { evaluate, evaluateExpression, isWritten, repr, TemplateError } from '../../template/index.ts';
import { NamedTuple } from '../../template/python/object.ts';
import { elements } from '../../template/python/values.ts';
import { ansibleMessage, placed } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import { firstFalse, keywordTruth } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** One iteration of a loop. */
export interface LoopItem {
  readonly value: Value;
  /** The whole list was written by people, so its strings may be expressions. */
  readonly written: boolean;
  readonly index: number;
  readonly loopVar: string;
  readonly indexVar?: string;
  /** `ansible_loop`, if `extended` requests it. */
  readonly extended?: Value;
  /** Loop information to add to the item's result. */
  readonly shown: Readonly<Record<string, unknown>>;
}

type Looped =
  | { readonly kind: 'items'; readonly items: readonly LoopItem[] }
  | { readonly kind: 'skipped'; readonly message: string; readonly condition?: string }
  | { readonly kind: 'failed'; readonly message: string; readonly msg: string };

/**
 * The iterations of an item's loop, or undefined if it has none. A loop that cannot be computed does not matter if the
 * item is skipped anyway; one over something else than a list does, as in Ansible.
 */
export function loopOf(
  item: Pick<Task, 'loop' | 'keywords'> & { readonly type?: Task['type'] },
  sight: TemplateScope,
): Looped | undefined {
  if (item.loop === undefined) return undefined;
  try {
    return { kind: 'items', items: turns(item.loop, listOf(item.loop, String(item.type ?? ''), sight), sight) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const refused = error.diagnostic.code === 'loop-without-list' ? undefined : refusedAnyway(item, sight);
    return refused === undefined
      ? { kind: 'failed', message: placed(error), msg: ansibleMessage(error) }
      : { kind: 'skipped', message: 'Conditional result was False', condition: refused };
  }
}

function refusedAnyway(item: Pick<Task, 'keywords'>, sight: TemplateScope): string | undefined {
  try {
    return firstFalse(item.keywords.when, sight);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function listOf({ over, lookup }: Loop, type: string, { scope, env }: TemplateScope): readonly Value[] {
  const terms =
    lookup !== undefined && typeof over.value === 'string'
      ? bareName(over.value, scope.get(over.value) !== undefined)
      : over.value;
  const value = evaluate(terms, scope, env);
  if (lookup === undefined) {
    if (Array.isArray(value)) return value as readonly Value[];
    const hint =
      'If you passed a list/dict of just one element, try adding wantlist=True to your lookup invocation or use q/query instead of lookup.';
    throw new TemplateError(
      `Invalid data passed to 'loop', it requires a list, got this instead: ${typeof value === 'string' ? value : repr(value)}. Hint: ${hint}`,
      'loop-without-list',
      over.at,
    );
  }
  if (isDict(value) && (lookup === 'list' || lookup === 'indexed_items'))
    throw new TemplateError(`with_${lookup} expects a list`, 'loop-without-list', over.at, `this is ${repr(value)}`);
  const within = {
    get: (name: string) => (name === '__terms' ? termsOf(value, lookup) : scope.get(name)),
    names: () => scope.names(),
  };
  const found = evaluateExpression(`query('${lookup}', *__terms${filesOf(lookup, type)})`, over.at, within, env);
  return elements(found) ?? noList(found, lookup, over);
}

/** Only a user's own lookup can return something that is not a list. */
function noList(value: Value, lookup: string, { at }: Loop['over']): never {
  const message = `The lookup plugin '${lookup}' did not return a list.`;
  throw new TemplateError(message, 'loop-without-list', at, `this is ${repr(value)}`);
}

/** Where `with_first_found` searches depends on the task's type. */
function filesOf(lookup: string, type: string): string {
  if (!lookup.endsWith('first_found')) return '';
  const kind = ['template', 'var'].find((word) => type.includes(word)) ?? 'file';
  return `, _kind='${kind}s'`;
}

/** `with_items: name` means the variable with that name. */
const bareName = (text: string, known: boolean): Raw => (known ? new Template(`{{ ${text} }}`) : text);

/** Lookups for which a dict is one term. For the others, its keys are the terms. */
const OF_DICTS = new Set(['dict', 'first_found']);

function termsOf(value: Value, lookup: string): Value {
  if (Array.isArray(value)) return value;
  return isDict(value) && !OF_DICTS.has(lookup.replace(/^.*\./, '')) ? [...value.keys()] : [value];
}

function turns(loop: Loop, list: readonly Value[], sight: TemplateScope): readonly LoopItem[] {
  const name = (raw: Raw | undefined): string | undefined =>
    raw === undefined ? undefined : String(evaluate(raw, sight.scope, sight.env));
  const loopVar = name(loop.loopVar) ?? 'item';
  const indexVar = name(loop.indexVar);
  const extended =
    loop.extended === undefined ? false : keywordTruth({ value: loop.extended, at: loop.over.at }, sight) === true;
  const all =
    loop.extendedAllitems === undefined ||
    keywordTruth({ value: loop.extendedAllitems, at: loop.over.at }, sight) !== false;
  const written = isWrittenLoop(loop, sight);
  return list.map((value, index) => {
    const ansibleLoop = extended ? extendedLoop(list, index, all) : undefined;
    return {
      // As in Ansible, an item is never a tuple. The groups of `groupby` stay as they are, for the sake of `item.grouper`.
      value: value instanceof NamedTuple ? value : withoutTuples(value),
      written,
      index,
      loopVar,
      indexVar,
      extended: ansibleLoop,
      shown: {
        ...(indexVar === undefined ? {} : { ansible_index_var: indexVar, [indexVar]: index }),
        ...(ansibleLoop === undefined ? {} : { ansible_loop: toJs(ansibleLoop) }),
      },
    };
  });
}

/** Loops over lookups that only rearrange their input. */
const REARRANGING = new Set([
  'items',
  'list',
  'flattened',
  'dict',
  'together',
  'nested',
  'subelements',
  'indexed_items',
]);

const isWrittenLoop = ({ over, lookup }: Loop, { scope }: TemplateScope): boolean =>
  (lookup === undefined || REARRANGING.has(lookup)) &&
  isWritten(typeof over.value === 'string' ? bareName(over.value, true) : over.value, scope);

function extendedLoop(list: readonly Value[], index: number, all: boolean): Value {
  const { length } = list;
  return new Map<Value, Value>([
    ...(all ? [['allitems', list] as const] : []),
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ...(index > 0 ? [['previtem', list[index - 1]!] as const] : []),
    ...(index < length - 1 ? [['nextitem', list[index + 1]!] as const] : []),
  ]);
}

/** The variables of one iteration. */
export function itemSight(
  play: PlayContext,
  state: HostState,
  item: Pick<Item, 'layers' | 'role' | 'searchPath'>,
  turn: LoopItem,
  layers: readonly VarsLayer[],
): TemplateScope {
  return play.scopes.of(state, item, [...layers, { level: LEVELS.loop, from: 'the loop', vars: turnVars(turn) }]);
}

/** The variables of one iteration, by name. */
export function turnVars({ value, written, index, loopVar, indexVar, extended }: LoopItem): Vars {
  const vars = new Map<string, Entry>([
    [loopVar, { value, ...(written && { written }) }],
    ['ansible_loop_var', { value: loopVar }],
  ]);
  if (indexVar !== undefined) vars.set(indexVar, { value: index }).set('ansible_index_var', { value: indexVar });
  if (extended !== undefined) vars.set('ansible_loop', { value: extended });
  return vars;
}

/** How an item is told: as it is if it is a text. */
export function labelText(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(toJs(value)) : String(value);
}
