import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw } from '../../core/value.ts';
import { VARS_PROMPT } from '../keywords/sub-keys.ts';
import type { VarsPrompt } from '../model.ts';
import { type Loading, report } from './loading.ts';
import { isRawDict, isRawList, keyPlace, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

const known = new Set(Object.keys(VARS_PROMPT));

/** The variables that a play prompts for. */
export function varsPromptOf(loading: Loading, dict: RawDict, at: Position): readonly VarsPrompt[] {
  const value = dict.get('vars_prompt');
  if (value === undefined || value === null) return [];
  const listAt = writtenAt(dict, 'vars_prompt', at);
  const list = isRawList(value) ? value : [value];
  return list.flatMap((entry, index) =>
    promptOf(loading, entry, isRawList(value) ? writtenAt(value, index, listAt) : listAt),
  );
}

function promptOf(loading: Loading, entry: Raw, at: Position): VarsPrompt[] {
  const name = isRawDict(entry) ? scalarText(entry.get('name')) : undefined;
  if (!isRawDict(entry) || name === undefined) {
    const message = isRawDict(entry)
      ? "Invalid vars_prompt data structure, missing 'name' key"
      : `Invalid vars_prompt data structure, expected dict, got ${kindOf(entry)}`;
    report(loading, 'wrong-keyword-type', message, at);
    return [];
  }
  checkKeys(loading, entry, at);
  const text = (key: string) => scalarText(entry.get(key));
  const encrypt = text('encrypt');
  const salt = text('salt');
  const size = entry.get('salt_size');
  const given = entry.get('default');
  return [
    {
      name,
      prompt: entry.get('prompt') ?? name,
      private: isOn(entry.get('private'), true),
      confirm: isOn(entry.get('confirm'), false),
      ...(given !== undefined && { default: given }),
      ...(encrypt !== undefined && { encrypt }),
      ...(salt !== undefined && { salt }),
      ...(size !== undefined && size !== null && { saltSize: Number(size) }),
    },
  ];
}

function checkKeys(loading: Loading, entry: RawDict, at: Position): void {
  for (const key of entry.keys()) {
    if (known.has(String(key))) continue;
    const near = suggest(String(key), known);
    const message = `Invalid vars_prompt data structure, found unsupported key '${String(key)}'`;
    const hint = near === undefined ? undefined : `did you mean "${near}"?`;
    report(loading, 'unknown-keyword', message, keyPlace(entry, key, at), hint);
  }
}

const isOn = (value: Raw | undefined, otherwise: boolean): boolean =>
  value === undefined || value === null ? otherwise : truthOf(value) === true;
