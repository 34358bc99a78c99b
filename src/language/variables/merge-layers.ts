import { isDict, type Raw, type Value } from '../../core/value.ts';
import type { VarsLayer } from '../model.ts';

/** How to combine two layers that set the same variable: the higher one wins, or dicts are merged. */
export type HashBehaviour = 'replace' | 'merge';

/** The layers from highest to lowest precedence; among equal levels, the later one comes first. */
export function strongestFirst(layers: readonly VarsLayer[]): readonly VarsLayer[] {
  return [...layers].reverse().sort((a, b) => b.level - a.level);
}

/** A variable's value from the layers (highest precedence first); undefined if none sets it. */
export function valueIn(layers: readonly VarsLayer[], name: string, behaviour: HashBehaviour): Raw | undefined {
  return behaviour === 'merge' ? mergedIn(layers, name) : firstIn(layers, name);
}

/** Whether a person wrote everything that a variable's value consists of. */
export function writtenIn(layers: readonly VarsLayer[], name: string, behaviour: HashBehaviour): boolean {
  const found = layers.flatMap((layer) => layer.vars.get(name) ?? []);
  const counts = behaviour === 'merge' ? found : found.slice(0, 1);
  return counts.length > 0 && counts.every(({ written }) => written === true);
}

function firstIn(layers: readonly VarsLayer[], name: string): Raw | undefined {
  for (const layer of layers) {
    const found = layer.vars.get(name);
    if (found !== undefined) return found.value;
  }
  return undefined;
}

function mergedIn(layers: readonly VarsLayer[], name: string): Raw | undefined {
  const merged: Raw[] = [];
  for (const layer of layers) {
    const found = layer.vars.get(name);
    if (found === undefined) continue;
    merged.push(found.value);
    // Anything below a value that is not a dict is hidden.
    if (!isDict(found.value)) break;
  }
  return merged.length === 0 ? undefined : merged.reduceRight(mergeOver);
}

/** Merges a dict into a dict recursively; anything else hides what is below it. */
export function mergeOver(weaker: Raw, stronger: Raw): Raw {
  if (!isDict(weaker) || !isDict(stronger)) return stronger;
  const both: Map<Value, Raw> = new Map(weaker);
  for (const [key, value] of stronger as Map<Value, Raw>) {
    const below = both.get(key);
    both.set(key, below === undefined ? value : mergeOver(below, value));
  }
  return both;
}
