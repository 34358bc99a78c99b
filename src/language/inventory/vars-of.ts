import type { Raw, Value } from '../../core/value.ts';
import { str } from '../../template/python/repr.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Entry, Vars } from '../model.ts';

/** A dict from a file as variables, each with the place of its key (found only when somebody asks). */
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
