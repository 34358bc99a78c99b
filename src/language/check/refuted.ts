import { type Raw, Template } from '../../core/value.ts';
import { defaultEnv, evaluateCondition, freeNames, TemplateError } from '../../template/index.ts';
import { shortTypeName } from '../load/action.ts';
import type { VarsLayer } from '../model.ts';
import { registeredNames } from '../registered-names.ts';
import { strongestFirst } from '../variables/merge-layers.ts';
import type { CheckOptions, Reached, ReachedPlay } from './checking.ts';
import { magicNames } from './magic-names.ts';

/**
 * Whether a condition on an item is false on every host of its play, as the variables are written. Files whose variables are included
 * during the run are not considered, so this decides about severity only.
 */
export function refutedIn(plays: readonly ReachedPlay[], options: CheckOptions): (reached: Reached) => boolean {
  const later = setLater(plays);
  const env = options.env ?? defaultEnv();
  const playOf = new Map(plays.flatMap(({ play, items }) => items.map((one) => [one, play] as const)));
  return (reached) => {
    const { item } = reached;
    const play = playOf.get(reached);
    if (play === undefined || item.keywords.when.length === 0) return false;
    return (options.layersOfHosts?.(play) ?? [[]]).every((host) => {
      const layers = strongestFirst([...host, ...play.layers, ...item.layers]);
      return item.keywords.when.some(({ value }) => isFalse(value, layers));
    });
  };

  function isFalse(condition: Raw, layers: readonly VarsLayer[]): boolean {
    let isKnown = true;
    const get = (name: string): Raw | undefined => {
      if (later.has(name) || name.startsWith('ansible_')) isKnown = false;
      return layers.find(({ vars }) => vars.has(name))?.vars.get(name)?.value;
    };
    for (const name of namesIn(condition)) get(name);
    if (!isKnown) return false;
    try {
      const { value } = evaluateCondition(condition, { get, names: () => new Set() }, env);
      return isKnown && !value;
    } catch (error) {
      if (error instanceof TemplateError) return false;
      throw error;
    }
  }
}

function namesIn(condition: Raw): readonly string[] {
  if (typeof condition !== 'string' && !(condition instanceof Template)) return [];
  const { required, optional } =
    condition instanceof Template ? freeNames(condition.source) : freeNames(condition, { kind: 'expression' });
  return [...required, ...optional];
}

/** The variables whose values come from the run. */
function setLater(plays: readonly ReachedPlay[]): ReadonlySet<string> {
  const names = new Set(magicNames);
  for (const { play, items } of plays) {
    for (const { name } of play.varsPrompt) names.add(name);
    for (const { item } of items) {
      for (const name of registeredNames(item)) names.add(name);
      if ('loop' in item)
        for (const name of [item.loop?.loopVar, item.loop?.indexVar]) if (typeof name === 'string') names.add(name);
      if (item.kind !== 'task' || typeof item.type !== 'string') continue;
      if (shortTypeName(item.type) === 'set_fact' && item.args instanceof Map)
        for (const name of item.args.keys()) names.add(String(name));
    }
  }
  return names;
}
