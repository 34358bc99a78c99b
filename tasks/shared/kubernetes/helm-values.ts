import { isObject, type JsonObject } from '../json.ts';

/** A value as on helm's command line. */
interface SetValue {
  readonly value: string;
  readonly value_type: string;
}

/** Values with others merged into them, as helm merges files. */
export function mergedValues(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? mergedValues(old, value) : value;
  }
  return merged;
}

/** Values with those of the command line; undefined if they cannot be told from here. */
export function withSetValues(values: JsonObject, sets: readonly SetValue[]): JsonObject | undefined {
  let result: JsonObject = values;
  for (const set of sets) {
    const assignments = assignmentsIn(set);
    if (assignments === undefined) return undefined;
    for (const { path, value } of assignments) {
      const next = assigned(result, path, value);
      if (!isObject(next)) return undefined;
      result = next;
    }
  }
  return result;
}

interface Assignment {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** The assignments in a text such as `a.b=1,c[0]=x`. Lists in braces and files are left to helm. */
function assignmentsIn({ value: text, value_type: type }: SetValue): readonly Assignment[] | undefined {
  if (type === 'file' || (type !== 'json' && /[{}]/.test(text))) return undefined;
  const pieces = type === 'json' ? [text] : text.split(/(?<!\\),/);
  const found = pieces.map((piece) => {
    const [key = '', ...rest] = piece.split('=');
    const path = pathIn(key.trim());
    return rest.length === 0 || path === undefined ? undefined : { path, value: readValue(rest.join('='), type) };
  });
  const all = found.flatMap((one) => one ?? []);
  return all.length === found.length && all.every(({ value }) => value !== undefined) ? all : undefined;
}

function pathIn(key: string): readonly (string | number)[] | undefined {
  const steps = key.split(/(?<!\\)\./).flatMap((step) => {
    const [name = '', ...indexes] = step.replaceAll('\\.', '.').split('[');
    return [...(name === '' ? [] : [name]), ...indexes.map((index) => Number(index.replace(/\]$/, '')))];
  });
  return steps.length === 0 || steps.some((step) => Number.isNaN(step)) ? undefined : steps;
}

function readValue(text: string, type: string): unknown {
  if (type === 'json') {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }
  const plain = text.replaceAll('\\,', ',');
  if (type === 'string') return plain;
  if (plain === 'null') return null;
  if (plain === 'true' || plain === 'false') return plain === 'true';
  return /^(?:0|-?[1-9]\d*)$/.test(plain) ? Number(plain) : plain;
}

function assigned(target: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(target) ? [...target] : [];
    while (list.length < step) list.push(null);
    list[step] = assigned(list[step], rest, value);
    return list;
  }
  const object = isObject(target) ? target : {};
  return { ...object, [step]: assigned(object[step], rest, value) };
}
