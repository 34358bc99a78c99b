import type { Position } from '../../core/source.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { KeywordName, KeywordPlace } from '../keywords/table.ts';
import type { Handler, Task } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import type { Action } from './action.ts';
import { conditionsIn, keywordsOf, namesIn, typedIn } from './keywords.ts';
import { type Loading, nextId, type Within } from './loading.ts';
import { loopOf } from './loop.ts';
import { registered } from './register.ts';
import { type KeywordOwner, reportUnknown } from './unknown-keyword.ts';
import { deeper, varsLayer } from './within.ts';
import { keyPlace, type RawDict, scalarText } from './written.ts';

/** Loads a task, or a handler if the surroundings are handlers. */
export function loadTask(
  loading: Loading,
  dict: RawDict,
  action: Action,
  within: Within,
  at: Position,
): Task | Handler {
  if (!within.asHandlers && dict.has('listen'))
    reportUnknown(loading, 'listen', { name: 'Task', known: keywordsOn('task') }, keyPlace(dict, 'listen', at));
  const inner = deeper(
    within,
    keywordsOf(loading, dict, placeOfTask(within), within.keywords, at),
    varsLayer(loading, dict, LEVELS.task, 'task vars', at),
  );
  const keywords = action.local
    ? { ...inner.keywords, delegateTo: { value: 'localhost', at: action.typeAt } }
    : inner.keywords;
  const { typeAt, args, argsAt } = action;
  const task: Task = {
    kind: 'task',
    ...itemBase(dict, inner, at),
    keywords,
    type: inCollections(loading, action.type, within),
    typeAt,
    args,
    argsAt,
    notify: inner.keywords.notify ?? [],
    ...optional({
      loop: loopOf(loading, dict, at),
      ...registered(loading, dict, at),
      ...results(loading, dict, at),
    }),
  };
  return within.asHandlers ? { ...task, listen: listenOf(loading, dict, at) } : task;
}

/** A short name that only a collection in effect has, as a full name. */
function inCollections({ options: { taskType } }: Loading, type: Action['type'], within: Within): Action['type'] {
  if (typeof type !== 'string' || type.includes('.') || taskType?.(type) !== undefined) return type;
  const full = within.collections.map((collection) => `${collection}.${type}`);
  return full.find((name) => taskType?.(name) !== undefined) ?? type;
}

/** The properties of every item: id, place, name, and inherited ones. */
export function itemBase(dict: RawDict, within: Within, at: Position) {
  const name = dict.get('name');
  const { keywords, layers, searchPath, role } = within;
  return {
    id: nextId(),
    at,
    ...(name === undefined || name === null ? {} : { name }),
    keywords,
    layers,
    searchPath,
    ...(role && { role }),
  };
}

/** An object without its undefined entries. */
export const optional = <T extends object>(all: T): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<T>; // entries are only left out

/** The names that a handler listens to. */
export const listenOf = (loading: Loading, dict: RawDict, at: Position): readonly string[] =>
  namesIn(loading, dict, 'listen', at).map(({ value }) => scalarText(value) ?? String(value));

/** The kind of place, for the purposes of keywords, of a task in these surroundings. */
export const placeOfTask = ({ asHandlers }: Within): KeywordPlace => (asHandlers ? 'handler' : 'task');

function results(loading: Loading, dict: RawDict, at: Position) {
  const conditions = (key: string) => (dict.has(key) ? conditionsIn(loading, dict, key, at) : undefined);
  const typed = (key: KeywordName) => (dict.has(key) ? typedIn(loading, dict, key, at) : undefined);
  return {
    changedWhen: conditions('changed_when'),
    failedWhen: conditions('failed_when'),
    until: conditions('until'),
    retries: typed('retries'),
    delay: typed('delay'),
    async: typed('async'),
    poll: typed('poll'),
  };
}

/** Reports keys that are not keywords here. */
export function checkTaskKeywords(
  loading: Loading,
  dict: RawDict,
  action: Action,
  owner: KeywordOwner,
  at: Position,
): void {
  for (const key of dict.keys()) {
    if (key === action.type || typeof key !== 'string' || owner.known.has(key) || !isTaskKeyword(key)) continue;
    reportUnknown(loading, key, owner, keyPlace(dict, key, at));
  }
}

const isTaskKeyword = (key: string): boolean => keywordsOn('handler').has(key);
