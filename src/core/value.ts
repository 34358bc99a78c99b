import type { Position } from './source.ts';

/**
 * A value of the language, with Python's meaning, since that is what Ansible's templates compute with.
 *
 * - `number` that is an integer: Python's int (`bigint` where it does not fit 53 bits);
 *   any other number, or a `Float`: Python's float. (`10 / 2` is `new Float(5)` and prints `5.0`.)
 * - a list is an array, a tuple a `Tuple`, a dict a `Map` (insertion-ordered, any hashable key).
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

/** A float whose value is integral: JavaScript cannot tell `5.0` from `5`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Python's tuple: prints with parentheses, is otherwise a list. */
export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** What templates may hold but never store or serialize: undefined, functions, macros, generators, namespaces. */
export interface Opaque {
  readonly opaque: string;
  /** Of a mapping that computes its values when they are asked for, as `vars`: all of it. */
  toDict?(): Dict;
  /** Of what has a text of its own, as a date: Python's str. */
  str?(): string;
}

/**
 * Text that holds a template, from a file that the user wrote. Only such text is ever evaluated: what hosts answer
 * and what lookups return are plain strings, so nothing that comes from outside can become a template.
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
 * A parameter that is an expression, as `that` of `assert`. Only what stands in a playbook is ever one to be evaluated:
 * the engine takes it from there before any template is. What a template or a host gave is a value, and stays one.
 */
export class Expression {
  /** As the playbook has it; none where a value was given. */
  readonly written: Raw | undefined;
  readonly value: unknown;
  private constructor(written: Raw | undefined, value: unknown) {
    this.written = written;
    this.value = value;
  }
  /** For the engine alone: what a person wrote. */
  static asWritten(raw: Raw): Expression {
    return new Expression(raw, undefined);
  }
  /** What came from anywhere else. */
  static ofValue(value: unknown): Expression {
    return new Expression(undefined, value);
  }
}

/** A value under Ansible Vault, decrypted when it is first needed. The text that it yields is a secret. */
export class Vaulted {
  readonly envelope: string;
  readonly at: Position | undefined;
  constructor(envelope: string, at?: Position) {
    this.envelope = envelope;
    this.at = at;
  }
}

/** A value as written: a tree in which some texts are templates or still encrypted. */
export type Raw = Value | Template | Vaulted | Expression | readonly Raw[] | Map<Value, Raw>;

/** Whether text must be evaluated before use. */
export const isTemplateText = (text: string): boolean =>
  text.includes('{{') || text.includes('{%') || text.includes('{#');

/** A name or pattern as it stands in the playbook; a list as one text. */
export const asWritten = (raw: Raw): string =>
  Array.isArray(raw)
    ? (raw as readonly Raw[]).map(asWritten).join(',')
    : String(raw instanceof Template ? raw.source : raw);

/** Whether a value is a dict. */
export const isDict = (value: unknown): value is Dict => value instanceof Map;

/** Plain JavaScript data (JSON) as a value: objects become dicts in their order. */
export function fromJs(data: unknown): Value {
  if (data === undefined || data === null) return null;
  if (Array.isArray(data)) return data.map(fromJs);
  if (data instanceof Map || data instanceof Float || data instanceof Tuple || data instanceof Uint8Array)
    return data as Value;
  // What a vars file holds stays as written.
  if (data instanceof Template || data instanceof Vaulted) return data as unknown as Value;
  if (typeof data === 'object') return new Map(Object.entries(data).map(([key, item]) => [key, fromJs(item)]));
  return data as Value;
}

/** A value as plain JavaScript data; keys become strings, floats numbers, tuples arrays, dates and the like text. */
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
