import type { Value } from '../../core/value.ts';

/** Where a lazy dict has its keys and values from. */
export interface LazyEntries {
  keys(): Iterable<string>;
  has(key: string): boolean;
  read(key: string): Value;
}

/** A dict whose values are computed when they are touched, each once. Nothing that computing throws is caught. */
export class LazyDict extends Map<Value, Value> {
  readonly #entries: LazyEntries;

  constructor(entries: LazyEntries) {
    super();
    this.#entries = entries;
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && this.#entries.has(key);
  }

  override get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    if (super.has(key)) return super.get(key);
    if (!this.#entries.has(key)) return undefined;
    const value = this.#entries.read(key);
    super.set(key, value);
    return value;
  }

  override get size(): number {
    return [...this.#entries.keys()].length;
  }

  override *keys(): MapIterator<Value> {
    yield* this.#entries.keys();
  }

  override *values(): MapIterator<Value> {
    for (const key of this.#entries.keys()) yield this.get(key) as Value;
  }

  override *entries(): MapIterator<[Value, Value]> {
    for (const key of this.#entries.keys()) yield [key, this.get(key) as Value];
  }

  override [Symbol.iterator](): MapIterator<[Value, Value]> {
    return this.entries();
  }

  override forEach(use: (value: Value, key: Value, map: Map<Value, Value>) => void): void {
    for (const [key, value] of this.entries()) use(value, key, this);
  }

  override set(): this {
    throw new Error('a lazy dict cannot be written to');
  }
}
