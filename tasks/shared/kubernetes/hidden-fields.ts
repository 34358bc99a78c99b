import { isObject, type JsonObject } from '../json.ts';

/** An object without some fields, such as `metadata.managedFields`, `spec.containers[0].env` or `metadata.annotations[a.b/c]`. */
export function withoutFields(object: JsonObject, fields: readonly string[] = []): JsonObject {
  const paths = fields.map((field) =>
    [...field.matchAll(/\[([^\]]*)\]|([^.[]+)/g)].map(([, bracketed, plain = '']) => bracketed ?? plain),
  );
  const left = pruned(object, paths);
  return isObject(left) ? left : {};
}

function pruned(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): readonly (readonly [string, unknown])[] => {
    const mine = paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
    if (mine.some((rest) => rest.length === 0)) return [];
    const left = pruned(inner, mine);
    const isEmptied = mine.length > 0 && left !== null && typeof left === 'object' && Object.keys(left).length === 0;
    return isEmptied ? [] : [[key, left]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
