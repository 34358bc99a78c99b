export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** How the items of lists are told apart, by the name of the list. */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  ports: 'port',
};

/** A merge patch (RFC 7386); with `strategic`, lists whose items have a key are merged item by item. */
export function merged(old: Json | undefined, patch: Json, strategic: boolean): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(old) ? { ...old } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (strategic && isList(value)) result[key] = mergedList(result[key], value, KEYS[key]);
    else result[key] = merged(result[key], value, strategic);
  }
  return result;
}

function mergedList(old: Json | undefined, patch: readonly Json[], key: string | undefined): readonly Json[] {
  if (key === undefined || !isList(old) || !patch.every(isObject)) return patch;
  const keyOf = (item: Json): Json | undefined => (isObject(item) ? (item[key] ?? item['containerPort']) : undefined);
  const kept = old.map((item) => {
    const change = patch.find((one) => keyOf(one) === keyOf(item));
    return change === undefined ? item : merged(item, change, true);
  });
  return [...kept, ...patch.filter((one) => !old.some((item) => keyOf(item) === keyOf(one)))];
}

/** A JSON patch (RFC 6902): add, replace, remove and test. */
export function jsonPatched(old: Json, operations: readonly Json[]): Json {
  const result: Json = structuredClone(old);
  for (const operation of operations) {
    if (!isObject(operation)) throw new Error('an operation must be an object');
    const path = String(operation['path'])
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.pop() ?? '';
    const holder = path.reduce<unknown>((at, step) => Reflect.get(Object(at), step), result);
    const now: unknown = Reflect.get(Object(holder), last);
    const { op, value } = operation;
    if (holder === undefined || (op !== 'add' && now === undefined))
      throw new Error(`the server cannot ${op} ${operation['path']}: nothing is there`);
    if (op === 'test' && JSON.stringify(now) !== JSON.stringify(value)) throw new Error('testing value failed');
    if (op === 'remove' && Array.isArray(holder)) holder.splice(Number(last), 1);
    else if (op === 'remove') Reflect.deleteProperty(Object(holder), last);
    else if (op === 'add' && Array.isArray(holder))
      holder.splice(last === '-' ? holder.length : Number(last), 0, value);
    else if (op !== 'test') Reflect.set(Object(holder), last, value);
  }
  return result;
}
