import type { Raw } from '../core/value.ts';
import { type Cursor, SyntaxMistake } from './cursor.ts';

/** The maximum depth: every walk over a value uses stack space for each level. */
const DEEPEST = 200;

/** The maximum total number of values that a file's aliases may expand to: ten lines can expand to billions. */
const MOST = 1_000_000;

/** Read a node inside another one. */
export function nested<T>(c: Cursor, read: () => T): T {
  if (++c.depth > DEEPEST) throw new SyntaxMistake(`nested more than ${DEEPEST} levels deep`, c.pos);
  const node = read();
  c.depth--;
  return node;
}

/** Count the values that an alias expands to. */
export function countAlias(c: Cursor, value: Raw, from: number): void {
  const { values, depth } = measure(value);
  c.expanded += values;
  if (c.expanded > MOST)
    throw new SyntaxMistake(`the aliases in this file expand to more than ${MOST} values`, from, c.pos);
  if (c.depth + depth > DEEPEST) throw new SyntaxMistake(`nested more than ${DEEPEST} levels deep`, from, c.pos);
}

interface Measure {
  readonly values: number;
  readonly depth: number;
}

const measures = new WeakMap<object, Measure>();

// An alias's value may itself contain aliases, so each value is measured only once.
function measure(value: unknown): Measure {
  const parts = partsOf(value);
  if (parts === undefined) return { values: 1, depth: 0 };
  const known = measures.get(parts);
  if (known !== undefined) return known;
  let [values, depth] = [1, 0];
  for (const part of parts.values()) {
    const inner = measure(part);
    values += inner.values;
    depth = Math.max(depth, inner.depth);
  }
  const measured = { values, depth: depth + 1 };
  measures.set(parts, measured);
  return measured;
}

const partsOf = (value: unknown): readonly unknown[] | ReadonlyMap<unknown, unknown> | undefined =>
  Array.isArray(value) || value instanceof Map ? value : undefined;
