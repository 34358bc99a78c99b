import type { Position } from '../../core/source.ts';
import { LOOP_CONTROL } from '../keywords/sub-keys.ts';
import type { Loop } from '../model.ts';
import { conditionsIn } from './keywords.ts';
import { type Loading, report } from './loading.ts';
import { checkKeywords } from './unknown-keyword.ts';
import { isRawDict, keyPlace, kindOf, type RawDict, writtenAt } from './written.ts';

/** The loop of a task: `loop`, or `with_…` with the lookup of that name; undefined if the task has no loop. */
export function loopOf(loading: Loading, dict: RawDict, at: Position): Loop | undefined {
  const keys = [...dict.keys()].filter((key) => typeof key === 'string' && (key === 'loop' || key.startsWith('with_')));
  const key = keys.at(-1) as string | undefined;
  const control = controlOf(loading, dict, at);
  if (key === undefined) return undefined;
  if (keys.length > 1) {
    report(
      loading,
      'two-loops',
      `duplicate loop in task: ${keys.join(', ')}`,
      keyPlace(dict, key, at),
      'keep one of them',
    );
  }
  const value = dict.get(key);
  if (value === undefined || value === null) {
    report(loading, 'wrong-keyword-type', `you must specify a value when using ${key}`, keyPlace(dict, key, at));
    return undefined;
  }
  const over = { value, at: writtenAt(dict, key, at) };
  return key === 'loop' ? { over, ...control } : { over, lookup: key.slice('with_'.length), ...control };
}

function controlOf(loading: Loading, dict: RawDict, at: Position): Omit<Loop, 'over'> {
  const control = dict.get('loop_control');
  if (control === undefined || control === null) return {};
  const controlAt = writtenAt(dict, 'loop_control', at);
  if (!isRawDict(control)) {
    const message = `the \`loop_control\` value must be specified as a dictionary and cannot be a variable itself; this is ${kindOf(control)}`;
    report(loading, 'wrong-keyword-type', message, controlAt);
    return {};
  }
  checkKeywords(loading, control, { name: 'LoopControl', known: new Set(Object.keys(LOOP_CONTROL)) }, controlAt);
  const all = Object.entries(LOOP_CONTROL).map(([key, { field }]) => {
    const isConditions = key === 'break_when' && control.has(key);
    return [field, isConditions ? conditionsIn(loading, control, key, controlAt) : (control.get(key) ?? undefined)];
  });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
