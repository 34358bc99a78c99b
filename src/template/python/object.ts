import { type Opaque, Tuple, type Value } from '../../core/value.ts';
import type { Context } from '../context.ts';

/** Named arguments of a call. */
export type Kwargs = ReadonlyMap<string, Value>;

/** No keyword arguments. */
export const noKwargs: Kwargs = new Map();

/** A Python object that is not plain data; its methods define what it can do. */
export abstract class PyObject implements Opaque {
  /** The name of its Python type. */
  abstract readonly opaque: string;
  attribute?(name: string, context: Context): Value | undefined;
  call?(args: readonly Value[], kwargs: Kwargs, context: Context): Value;
  repr?(): string;
  str?(): string;
  iterate?(): readonly Value[];
}

/** A Python callable made from a function. */
export class Callable extends PyObject {
  readonly opaque: string = 'function';
  readonly name: string;
  readonly #body: (args: readonly Value[], kwargs: Kwargs, context: Context) => Value;

  constructor(name: string, body: (args: readonly Value[], kwargs: Kwargs, context: Context) => Value) {
    super();
    this.name = name;
    this.#body = body;
  }

  override call(args: readonly Value[], kwargs: Kwargs, context: Context): Value {
    return this.#body(args, kwargs, context);
  }

  override repr(): string {
    return `<function ${this.name}>`;
  }
}

/** An undefined value: any use except a test fails with its message. */
export class Undefined extends PyObject {
  readonly opaque = 'AnsibleUndefined';
  readonly #message: string | (() => string);
  readonly #locate: ((error: Error) => void) | undefined;
  /** What lacks the attribute that is undefined. */
  readonly owner: Value | undefined;

  constructor(message: string | (() => string), locate?: (error: Error) => void, owner?: Value) {
    super();
    this.#message = message;
    this.#locate = locate;
    this.owner = owner;
  }

  get message(): string {
    return typeof this.#message === 'string' ? this.#message : this.#message();
  }

  /** Sets an error's place to where the undefined value was requested. */
  locate(error: Error): void {
    this.#locate?.(error);
  }
}

/** The value of `x if c` if `c` is false and there is no `else`: it prints nothing, and is false and empty. */
export const MISSING = new Undefined('the inline if-expression evaluated to false and no else section was defined.');

/** A mapping whose values are computed on access, such as `hostvars` and `vars`. */
export class LazyMapping extends PyObject {
  readonly opaque: string;
  readonly #get: (key: string) => Value | undefined;
  readonly #keys: () => Iterable<string>;
  readonly #show: (key: string) => Value | undefined;

  /** `show` returns a value in the form used to show all values at once. */
  constructor(name: string, get: (key: string) => Value | undefined, keys: () => Iterable<string>, show = get) {
    super();
    this.opaque = name;
    this.#get = get;
    this.#keys = keys;
    this.#show = show;
  }

  get(key: string): Value | undefined {
    return this.#get(key);
  }

  keys(): string[] {
    return [...this.#keys()];
  }

  has(key: string): boolean {
    return this.keys().includes(key);
  }

  get isEmpty(): boolean {
    return this.keys().length === 0;
  }

  /** Computes all of it. */
  toDict(): Map<Value, Value> {
    return new Map(this.keys().map((key) => [key, this.#show(key) ?? null]));
  }
}

/** Text encrypted with Ansible Vault, as an object that is known to be that. */
export class Envelope extends PyObject {
  readonly opaque = 'AnsibleVaultEncryptedUnicode';
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override str(): string {
    return this.#text;
  }
}

/** Jinja's `namespace()`: the only object with attributes that `set` can assign. */
export class Namespace extends PyObject {
  readonly opaque = 'Namespace';
  readonly values: Map<string, Value>;

  constructor(values: Map<string, Value>) {
    super();
    this.values = values;
  }

  override attribute(name: string): Value | undefined {
    return this.values.get(name);
  }
}

/** A tuple whose parts also have names, such as the tuples that `groupby` yields. */
export class NamedTuple extends Tuple {
  readonly names: readonly string[];

  constructor(names: readonly string[], items: readonly Value[]) {
    super(items);
    this.names = names;
  }

  /** A part, by name. */
  part(name: string): Value | undefined {
    return this.items[this.names.indexOf(name)];
  }
}
