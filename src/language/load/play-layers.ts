import type { Item, Play, VarsLayer } from '../model.ts';

type Layers = readonly VarsLayer[];

/**
 * Give all items of a play what is for all of it: its variables, and the defaults and vars of its roles, which even
 * earlier tasks see. Only then is it known which roles there are.
 */
export function shareWithPlay(play: Play, exported: Layers): Play {
  const shared = unique([...exported, ...play.layers]);
  const complete = completer(shared);
  return {
    ...play,
    layers: byLevel(shared),
    items: play.items.map((item) => completeItem(item, complete)),
    handlers: play.handlers.map((item) => completeItem(item, complete)) as Play['handlers'], // each stays what it is
  };
}

/** The same for items that come later: variables of the play, below what the items have. */
export function completeItems<T extends Item>(items: readonly T[], shared: Layers): T[] {
  const complete = completer(shared);
  return items.map((item) => completeItem(item, complete) as T); // each stays what it is
}

// Items beside each other share their layers, and go on sharing them.
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

// Of a layer that is there twice the last place counts: it is stronger.
const unique = (layers: Layers): Layers => [...new Set(layers.toReversed())].toReversed();

const byLevel = (layers: Layers): Layers => layers.toSorted((a, b) => a.level - b.level);
