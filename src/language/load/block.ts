import type { Position } from '../../core/source.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { Block, Item } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { loadItems } from './items.ts';
import { keywordsOf, typedIn } from './keywords.ts';
import { type Loading, report, type Within } from './loading.ts';
import { itemBase } from './task.ts';
import { checkKeywords } from './unknown-keyword.ts';
import { deeper, varsLayer } from './within.ts';
import { type RawDict, writtenAt } from './written.ts';

/** Whether a dict in a task list is a block. */
export const isBlockDict = (dict: RawDict): boolean => dict.has('block') || dict.has('rescue') || dict.has('always');

/** Loads a block with its rescue and always sections. */
export function loadBlock(loading: Loading, dict: RawDict, within: Within, at: Position): readonly Item[] {
  if (within.asHandlers) {
    report(loading, 'block-as-handler', 'Using a block as a handler is not supported.', at);
    return [];
  }
  checkKeywords(loading, dict, { name: 'Block', known: keywordsOn('block') }, at);
  for (const part of ['rescue', 'always']) {
    if (!dict.has('block'))
      report(loading, 'no-block', `'${part}' keyword cannot be used without 'block'`, writtenAt(dict, part, at));
    if (!dict.has('block')) return [];
  }
  return [readBlock(loading, dict, within, at)];
}

function readBlock(loading: Loading, dict: RawDict, within: Within, at: Position): Block {
  const inner = deeper(
    within,
    keywordsOf(loading, dict, 'block', within.keywords, at),
    varsLayer(loading, dict, LEVELS.block, 'block vars', at),
  );
  const part = (key: string) => loadItems(loading, dict.get(key), inner, writtenAt(dict, key, at));
  const validate = typedIn(loading, dict, 'validate', at);
  return {
    kind: 'block',
    ...itemBase(dict, inner, at),
    block: part('block'),
    rescue: part('rescue'),
    always: part('always'),
    ...(validate && { validate }),
  };
}
