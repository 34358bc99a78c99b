import { isDict, type Value } from '../../core/value.ts';
import { str } from '../python/repr.ts';
import { equals, lookup, mapping, sequence } from '../python/values.ts';

/** A `test` operation found another value. */
export class PatchTestFailed extends Error {}

type Refuse = (why: string) => never;

/** Applies the operations of a JSON patch (RFC 6902); the document itself is left as it is. */
export const applyPatch = (document: Value, operations: readonly Value[], refuse: Refuse): Value =>
  operations.reduce((now, operation) => applyOne(now, operation, refuse), document);

function applyOne(document: Value, operation: Value, refuse: Refuse): Value {
  const given = mapping(operation) ?? refuse('an operation is not a dictionary');
  const text = (name: string): string => {
    const value = lookup(given, name);
    return typeof value === 'string' ? value : refuse(`'${name}' argument is not a string`);
  };
  const [op, path] = [text('op'), pointer(text('path'), refuse)];
  const value = () => {
    const found = lookup(given, 'value');
    return found === undefined ? refuse("patch failed: the operation does not contain a 'value' member") : found;
  };
  const from = () => pointer(text('from'), refuse);
  if (op === 'add') return added(document, path, value(), refuse);
  if (op === 'remove') return removed(document, path, refuse);
  if (op === 'replace') return replaced(document, path, value(), refuse);
  if (op === 'copy') return added(document, path, valueAt(document, from(), refuse), refuse);
  if (op === 'move') {
    const source = from();
    const moved = valueAt(document, source, refuse);
    return added(removed(document, source, refuse), path, moved, refuse);
  }
  if (op !== 'test') return refuse(`unsupported 'op' argument: ${op}`);
  const found = valueAt(document, path, refuse);
  if (equals(found, value())) return document;
  throw new PatchTestFailed(`${str(found)} is not equal to tested value ${str(value())}`);
}

function pointer(text: string, refuse: Refuse): readonly string[] {
  if (text !== '' && !text.startsWith('/')) return refuse(`patch failed: location must start with /: ${text}`);
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function indexIn(list: readonly Value[], key: string, refuse: Refuse): number {
  const index = key === '-' ? list.length : Number(key);
  if (!/^(?:0|[1-9]\d*|-)$/.test(key)) return refuse(`patch failed: '${key}' is not a valid sequence index`);
  return index;
}

function valueAt(document: Value, path: readonly string[], refuse: Refuse): Value {
  const [key, ...rest] = path;
  if (key === undefined) return document;
  const found = isDict(document)
    ? lookup(document, key)
    : sequence(document)?.[indexIn(sequence(document) ?? [], key, refuse)];
  return found === undefined ? refuse(`patch failed: member '${key}' not found`) : valueAt(found, rest, refuse);
}

/** The document with another value for the place that contains the end of a path. */
function within(
  document: Value,
  path: readonly string[],
  change: (container: Value, key: string) => Value,
  refuse: Refuse,
): Value {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return change(document, key);
  const inner = within(valueAt(document, [key], refuse), rest, change, refuse);
  return put(document, key, inner, refuse);
}

function put(container: Value, key: string, value: Value, refuse: Refuse): Value {
  if (isDict(container)) return new Map([...container]).set(key, value);
  const list = sequence(container) ?? refuse(`patch failed: member '${key}' not found`);
  return list.with(indexIn(list, key, refuse), value);
}

function added(document: Value, path: readonly string[], value: Value, refuse: Refuse): Value {
  if (path.length === 0) return value;
  const add = (container: Value, key: string): Value => {
    if (isDict(container)) return new Map([...container]).set(key, value);
    const list = sequence(container) ?? refuse(`patch failed: member '${key}' not found`);
    const index = indexIn(list, key, refuse);
    return index > list.length ? refuse("patch failed: can't insert outside of list") : list.toSpliced(index, 0, value);
  };
  return within(document, path, add, refuse);
}

function removed(document: Value, path: readonly string[], refuse: Refuse): Value {
  const remove = (container: Value, key: string): Value => {
    valueAt(container, [key], refuse);
    if (isDict(container)) return new Map([...container].filter(([name]) => name !== key));
    const list = sequence(container) ?? [];
    return list.toSpliced(indexIn(list, key, refuse), 1);
  };
  return within(document, path, remove, refuse);
}

function replaced(document: Value, path: readonly string[], value: Value, refuse: Refuse): Value {
  if (path.length === 0) return value;
  const replace = (container: Value, key: string): Value => {
    valueAt(container, [key], refuse);
    return put(container, key, value, refuse);
  };
  return within(document, path, replace, refuse);
}
