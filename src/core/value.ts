import type { Position } from './source.ts';

/**
 * A value of the template language, with Python's semantics, since Ansible's templates compute with those.
 *
 * - An integral `number` is Python's int (`bigint` if it does not fit into 53 bits); any other number, or a `Float`,
 *   is Python's float. (`10 / 2` is `new Float(5)` and prints `5.0`.)
 * - A list is an array, a tuple a `Tuple`, a dict a `Map` (insertion-ordered, with any hashable key).
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | Float
  | string
  | Uint8Array
  | readonly Value[]
  | Tuple
  | Dict
  | Opaque;

/** Python's dict. */
export type Dict = Map<Value, Value>;

/** A float with an integral value: JavaScript cannot distinguish `5.0` from `5`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Python's tuple: prints with parentheses, otherwise behaves like a list. */
export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** A copy in which every tuple is a list, as in data that has been serialized. */
export function withoutTuples(value: Value): Value {
  if (value instanceof Tuple) return value.items.map(withoutTuples);
  if (Array.isArray(value)) return value.map(withoutTuples);
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, withoutTuples(item)])) : value;
}

/**
 * A value that templates may use but never store or serialize: undefined, functions, macros, generators, namespaces.
 */
export interface Opaque {
  readonly opaque: string;
  /** For a mapping that computes its values on demand, such as `vars`: all of it. */
  toDict?(): Dict;
  /** For an object with its own string form, such as a date: Python's str. */
  str?(): string;
}

/**
 * Text that contains a template, from a file that the user wrote. Only such text is ever evaluated: hosts' answers and
 * lookup results are plain strings, so nothing from outside can become a template.
 */
export class Template {
  readonly source: string;
  readonly at: Position | undefined;
  constructor(source: string, at?: Position) {
    this.source = source;
    this.at = at;
  }
}

/**
 * A parameter that is an expression, such as `assert`'s `that`. Only what is written in a playbook is ever evaluated:
 * the engine takes it from there before it renders any template. What a template or a host returned is a value, and
 * stays one.
 */
export class Expression {
  /** As written in the playbook; undefined if a value was given. */
  readonly written: Raw | undefined;
  readonly value: unknown;
  private constructor(written: Raw | undefined, value: unknown) {
    this.written = written;
    this.value = value;
  }
  /** For the engine only: what a person wrote. */
  static asWritten(raw: Raw): Expression {
    return new Expression(raw, undefined);
  }
  /** A value from anywhere else. */
  static ofValue(value: unknown): Expression {
    return new Expression(undefined, value);
  }
}

/** A value encrypted with Ansible Vault, decrypted when it is first needed. The resulting text is a secret. */
export class Vaulted {
  readonly envelope: string;
  readonly at: Position | undefined;
  constructor(envelope: string, at?: Position) {
    this.envelope = envelope;
    this.at = at;
  }
}

/** A value as written: a tree in which some strings are templates or still encrypted. */
export type Raw = Value | Template | Vaulted | Expression | readonly Raw[] | Map<Value, Raw>;

/** Whether a value must be evaluated before use. */
export const isTemplateText = (text: string): boolean =>
  text.includes('{{') || text.includes('{%') || text.includes('{#');

/** Whether a name or pattern contains a template. */
export const holdsTemplate = (raw: Raw): boolean =>
  raw instanceof Template || (Array.isArray(raw) && (raw as readonly Raw[]).some(holdsTemplate));

/** A name or pattern as written in the playbook; a list as a single string. */
export const asWritten = (raw: Raw): string =>
  Array.isArray(raw)
    ? (raw as readonly Raw[]).map(asWritten).join(',')
    : String(raw instanceof Template ? raw.source : raw);

/** Whether a value is a dict. */
export const isDict = (value: unknown): value is Dict => value instanceof Map;

/** Copy a dict without one of its keys. */
export const withoutKey = <V>(dict: ReadonlyMap<Value, V>, key: Value): Map<Value, V> =>
  new Map([...dict].filter(([name]) => name !== key));

/** Convert plain JavaScript data (JSON) to a value: objects become dicts, in the same order. */
export function fromJs(data: unknown): Value {
  if (data === undefined || data === null) return null;
  if (Array.isArray(data)) return data.map(fromJs);
  if (data instanceof Map || data instanceof Float || data instanceof Tuple || data instanceof Uint8Array)
    return data as Value;
  // The content of a vars file stays as it was written.
  if (data instanceof Template || data instanceof Vaulted) return data as unknown as Value;
  if (typeof data === 'object') return new Map(Object.entries(data).map(([key, item]) => [key, fromJs(item)]));
  return data as Value;
}

/**
 * Convert a value to plain JavaScript data: keys become strings, floats numbers, tuples arrays, dates and the like
 * strings.
 */
export function toJs(value: Value): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Tuple) return value.items.map(toJs);
  if (Array.isArray(value)) return value.map(toJs);
  if (isDict(value)) return Object.fromEntries([...value].map(([key, item]) => [String(key), toJs(item)]));
  if (typeof value === 'object' && value !== null && 'toDict' in value && value.toDict !== undefined)
    return toJs(value.toDict());
  if (typeof value === 'object' && value !== null && 'str' in value && value.str !== undefined) return value.str();
  return value;
}
