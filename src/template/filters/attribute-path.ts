import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { getItem } from '../python/access.ts';
import { isInt } from '../python/number.ts';
import { Undefined } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { lower } from './common.ts';

/** Returns a function that follows a path such as `a.b.0`; `fallback` replaces missing values. */
export function attributeGetter(
  path: Value,
  context: Context,
  fallback?: Value,
  ignoreCase = false,
): (item: Value) => Value {
  const parts = partsOf(path);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = getItem(value, part, context);
      if (fallback !== undefined && value instanceof Undefined) value = fallback;
    }
    return ignoreCase ? lower(value) : value;
  };
}

/** Returns a function that follows several paths, as in `sort(attribute='a,b')`. */
export function attributesGetter(paths: Value, context: Context, ignoreCase: boolean): (item: Value) => Value {
  const getters = (typeof paths === 'string' ? paths.split(',') : [paths]).map((path) =>
    attributeGetter(path, context, undefined, ignoreCase),
  );
  return (item) => getters.map((get) => get(item));
}

function partsOf(path: Value): readonly Value[] {
  if (path === null) return [];
  if (isInt(path)) return [path];
  return str(path)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
