import type { Item, Play, VarsLayer } from '../model.ts';

type Layers = readonly VarsLayer[];

/**
 * Gives all items of a play what applies to the whole play: its variables, and the defaults and vars of its roles, which even earlier tasks
 * see. This has to wait until all roles are known.
 */
export function shareWithPlay(play: Play, exported: Layers): Play {
  const shared = unique([...exported, ...play.layers]);
  const complete = completer(shared);
  return {
    ...play,
    layers: byLevel(shared),
    items: play.items.map((item) => completeItem(item, complete)),
    handlers: play.handlers.map((item) => completeItem(item, complete)) as Play['handlers'], // each item keeps its type
  };
}

/** Does the same for items that are loaded later: adds the play's variables below the items' own. */
export function completeItems<T extends Item>(items: readonly T[], shared: Layers): T[] {
  const complete = completer(shared);
  return items.map((item) => completeItem(item, complete) as T); // each item keeps its type
}

// Neighbouring items share their layers and must still share them afterwards.
function completer(shared: Layers): (own: Layers) => Layers {
  const known = new Map<Layers, Layers>();
  return (own) => {
    const found = known.get(own);
    if (found !== undefined) return found;
    const layers = byLevel(unique([...shared, ...own]));
    known.set(own, layers);
    return layers;
  };
}

function completeItem(item: Item, complete: (own: Layers) => Layers): Item {
  const layers = complete(item.layers);
  if (item.kind !== 'block') return { ...item, layers };
  const all = (items: readonly Item[]) => items.map((inner) => completeItem(inner, complete));
  return { ...item, layers, block: all(item.block), rescue: all(item.rescue), always: all(item.always) };
}

// If a layer occurs twice, keep its last position, where it has higher precedence.
const unique = (layers: Layers): Layers => [...new Set(layers.toReversed())].toReversed();

const byLevel = (layers: Layers): Layers => layers.toSorted((a, b) => a.level - b.level);
