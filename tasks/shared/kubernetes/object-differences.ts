import type { Diff } from '../../../src/sdk.ts';
import { isObject, type JsonObject, jsonAt, textInside } from '../json.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A field of an object that differs. */
interface FieldDifference {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** An object without what changes by itself: versions, who manages which field, and the status. */
function lasting(object: JsonObject, withStatus: boolean): JsonObject {
  const { metadata, status, ...rest } = object;
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    annotations,
    ...others
  } = isObject(metadata) ? metadata : {};
  const applied = isObject(annotations) ? annotations[LAST_APPLIED] : undefined;
  const kept =
    applied === undefined
      ? annotations
      : { ...(isObject(annotations) ? annotations : {}), [LAST_APPLIED]: readApplied(applied) };
  return {
    ...rest,
    metadata: { ...others, ...(kept !== undefined && { annotations: kept }) },
    ...(withStatus && status !== undefined && { status }),
  };
}

/** What was last applied, as data: clients write the same in different ways. */
function readApplied(text: unknown): unknown {
  try {
    const parsed: unknown = JSON.parse(String(text));
    const metadata = jsonAt(parsed, 'metadata');
    if (!isObject(parsed) || !isObject(metadata)) return parsed;
    const { annotations, ...rest } = metadata;
    const isEmpty = isObject(annotations) && Object.keys(annotations).length === 0;
    return { ...parsed, metadata: isEmpty || annotations === undefined ? rest : metadata };
  } catch {
    return text;
  }
}

/** How two states of an object differ, field by field. The values in a secret are not told. */
export function fieldDifferences(
  before: JsonObject,
  after: JsonObject,
  withStatus: boolean,
): readonly FieldDifference[] {
  const isSecret = after['kind'] === 'Secret' || before['kind'] === 'Secret';
  const found = differing([], lasting(before, withStatus), lasting(after, withStatus));
  return found.map(({ path, from, to }) => {
    const isHidden = isSecret && isSecretPath(path);
    const shown = (value: unknown, hidden: string) => {
      if (value === undefined) return null;
      return isHidden ? hidden : shortly(value);
    };
    return {
      path: pathText(path),
      from: shown(from, '(secret)'),
      to: shown(to, from === undefined ? '(secret)' : '(another secret)'),
    };
  });
}

const isSecretPath = ([first, , third]: readonly string[]): boolean =>
  first === 'data' || first === 'stringData' || third === LAST_APPLIED;

interface Differing {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

function differing(path: readonly string[], from: unknown, to: unknown): readonly Differing[] {
  if (isObject(from) && isObject(to) && path.at(-1) !== LAST_APPLIED) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => differing([...path, key], from[key], to[key]));
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && to.every(isObject))
    return to.flatMap((item, index) => differing([...path, itemName(from[index], item, index)], from[index], item));
  return isSameJson(from, to) ? [] : [{ path, from, to }];
}

/** `[web]` for items that have a name, otherwise `[0]`. */
function itemName(from: unknown, to: JsonObject, index: number): string {
  const name = textInside(to, 'name');
  return `[${name !== undefined && textInside(from, 'name') === name ? name : index}]`;
}

/** `spec.containers[web].image`. */
const pathText = (path: readonly string[]): string =>
  path.reduce((text, step) => {
    if (step.startsWith('[')) return `${text}${step}`;
    if (/[./]/.test(step)) return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');

/** Whether two parts of parsed JSON are the same; the order of keys does not matter. */
export const isSameJson = (one: unknown, other: unknown): boolean =>
  JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const [line = ''] = text.split('\n');
  const isShort = line.length <= 80 && line === text;
  return isShort ? text : `${line.slice(0, 77)}…`;
}

/** Both states of an object for `--diff`, without the values in a secret. */
export function objectDiff(before: JsonObject | undefined, after: JsonObject | undefined, label: string): Diff {
  const text = (object: JsonObject | undefined): string =>
    object === undefined ? '' : `${JSON.stringify(ordered(withoutSecrets(lasting(object, false))), null, 2)}\n`;
  return { before: text(before), after: text(after), beforeHeader: label, afterHeader: label };
}

function withoutSecrets(object: JsonObject): JsonObject {
  if (object['kind'] !== 'Secret') return object;
  const hidden = (value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, '(secret)'])) : value;
  const { metadata } = object;
  const annotations = jsonAt(metadata, 'annotations');
  const told = isObject(annotations) && LAST_APPLIED in annotations;
  return {
    ...object,
    ...(object['data'] !== undefined && { data: hidden(object['data']) }),
    ...(object['stringData'] !== undefined && { stringData: hidden(object['stringData']) }),
    ...(told &&
      isObject(metadata) && { metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: '(secret)' } } }),
  };
}
