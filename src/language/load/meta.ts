import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import type { Item, Meta } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import type { Action } from './action.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, nextId, report, type Within } from './loading.ts';
import { itemBase, listenOf, placeOfTask } from './task.ts';
import { deeper, varsLayer } from './within.ts';
import { isRawDict, type RawDict, scalarText } from './written.ts';

const actions: ReadonlySet<string> = new Set<Meta['action']>([
  'flush_handlers',
  'noop',
  'end_play',
  'end_host',
  'end_batch',
  'end_role',
  'clear_facts',
  'clear_host_errors',
  'refresh_inventory',
  'reset_connection',
]);

const isAction = (word: string): word is Meta['action'] => actions.has(word);

/** A `meta:` task. */
export function loadMeta(
  loading: Loading,
  dict: RawDict,
  action: Action,
  within: Within,
  at: Position,
): readonly Item[] {
  const word = isRawDict(action.args) ? (scalarText(action.args.get('_raw_params')) ?? '') : '';
  if (!isAction(word)) {
    const near = suggest(word, actions);
    report(
      loading,
      'unknown-meta',
      `invalid meta action requested: ${word}`,
      action.argsAt,
      near && `did you mean "${near}"?`,
    );
    return [];
  }
  if (within.asHandlers && word === 'flush_handlers') {
    report(loading, 'flush-as-handler', 'flush_handlers cannot be used as a handler', at);
    return [];
  }
  if (word === 'end_role' && (within.asHandlers || within.role === undefined)) {
    const from = within.asHandlers ? 'a handler' : 'outside of a role';
    report(loading, 'end-role-outside', `Cannot execute 'end_role' from ${from}`, at);
    return [];
  }
  const inner = deeper(
    within,
    keywordsOf(loading, dict, placeOfTask(within), within.keywords, at),
    varsLayer(loading, dict, LEVELS.task, 'task vars', at),
  );
  return [
    {
      kind: 'meta',
      ...itemBase(dict, inner, at),
      action: word,
      implicit: false,
      ...(within.asHandlers && { listen: listenOf(loading, dict, at) }),
    },
  ];
}

/** A meta task generated at the end of a section or of a role. */
export function implicitMeta(action: Meta['action'], within: Within, at: Position): Meta {
  const { keywords, layers, searchPath, role } = within;
  return {
    kind: 'meta',
    id: nextId(),
    at,
    keywords,
    layers,
    searchPath,
    ...(role && { role }),
    action,
    implicit: true,
  };
}
