import type { Raw, Value } from '../../core/value.ts';
import { str } from '../../template/python/repr.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Entry, Vars } from '../model.ts';

/** Turns a dict from a file into variables, each with the place of its key (computed on demand). */
export function placedVars(dict: ReadonlyMap<Value, Raw>): Vars {
  return new Map([...dict].map(([key, value]) => [str(key), placed(dict, key, value)]));
}

function placed(dict: ReadonlyMap<Value, Raw>, key: Value, value: Raw): Entry {
  return {
    value,
    written: true,
    get at() {
      return locationOf(dict, key)?.key;
    },
  };
}
