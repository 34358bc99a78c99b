import type { Value } from '../core/value.ts';
import type { Statement } from './ast.ts';
import { compileExpression } from './compile-expression.ts';
import { type Blocks, compileStatements, compileTarget, type RunBody } from './compile-statement.ts';
import { type Context, Frame, type Output } from './context.ts';
import { fail } from './errors.ts';
import { Callable, PyObject } from './python/object.ts';
import { equals, iterate, truth } from './python/values.ts';

/**
 * A limit, because nested loops can run practically forever, and Node handles no signals while one is being evaluated.
 */
const MOST_ROUNDS = 5_000_000;

/** Compiles a `for` with its filter, its `else` and recursion. */
export function compileFor(node: Extract<Statement, { type: 'for' }>, blocks: Blocks): RunBody {
  const items = compileExpression(node.items);
  const assign = compileTarget(node.target);
  const test = node.test && compileExpression(node.test);
  const body = compileStatements(node.body, blocks);
  const otherwise = compileStatements(node.otherwise, blocks);

  const kept = (all: readonly Value[], context: Context, frame: Frame): readonly Value[] => {
    if (!test) return all;
    return all.filter((item) => {
      const inner = new Frame(frame);
      assign(item, inner, context);
      return truth(test(context, inner));
    });
  };

  const run = (value: Value, depth: number, context: Context, frame: Frame, out: Output): void => {
    const chosen = kept(iterate(value), context, frame);
    const recurse = (inner: Value): string => {
      const nested: Output = { text: '' };
      run(inner, depth + 1, context, frame, nested);
      return nested.text;
    };
    const loop = new Loop(chosen, depth, node.recursive ? recurse : undefined, context);
    for (const item of chosen) {
      if (++context.session.spent.rounds > MOST_ROUNDS)
        fail(`the loops in this template exceed ${MOST_ROUNDS} iterations`, 'template-limit');
      const inner = new Frame(frame);
      assign(item, inner, context);
      inner.vars.set('loop', loop);
      body(context, inner, out);
      loop.advance();
    }
    if (chosen.length === 0) otherwise(context, new Frame(frame), out);
  };

  return (context, frame, out) => {
    const value = items(context, frame);
    context.offset = node.items.offset;
    run(value, 0, context, frame, out);
  };
}

/** The `loop` variable. */
class Loop extends PyObject {
  readonly opaque = 'LoopContext';
  readonly #items: readonly Value[];
  readonly #depth: number;
  readonly #recurse: ((items: Value) => string) | undefined;
  readonly #context: Context;
  #index = 0;
  #seen: readonly Value[] | undefined;

  constructor(
    items: readonly Value[],
    depth: number,
    recurse: ((items: Value) => string) | undefined,
    context: Context,
  ) {
    super();
    this.#items = items;
    this.#depth = depth;
    this.#recurse = recurse;
    this.#context = context;
  }

  advance(): void {
    this.#index++;
  }

  /** The item at an index, which may be null; undefined if there is none. */
  #neighbour(index: number, missing: string): Value {
    return index in this.#items ? (this.#items[index] ?? null) : this.#context.undefined(missing);
  }

  override attribute(name: string): Value | undefined {
    const index = this.#index;
    const count = this.#items.length;
    switch (name) {
      case 'index':
        return index + 1;
      case 'index0':
        return index;
      case 'revindex':
        return count - index;
      case 'revindex0':
        return count - index - 1;
      case 'first':
        return index === 0;
      case 'last':
        return index === count - 1;
      case 'length':
        return count;
      case 'depth':
        return this.#depth + 1;
      case 'depth0':
        return this.#depth;
      case 'previtem':
        return this.#neighbour(index - 1, 'there is no previous item');
      case 'nextitem':
        return this.#neighbour(index + 1, 'there is no next item');
      case 'cycle':
        return new Callable('cycle', (args) =>
          args.length === 0 ? fail('no items for cycling given') : (args[index % args.length] ?? null),
        );
      case 'changed':
        return new Callable('changed', (args) => this.#changed(args));
      default:
        return undefined;
    }
  }

  #changed(args: readonly Value[]): boolean {
    const same = this.#seen !== undefined && equals([...this.#seen], [...args]);
    this.#seen = args;
    return !same;
  }

  override call(args: readonly Value[]): Value {
    if (!this.#recurse) return fail("The loop must have the 'recursive' marker to be called recursively.");
    return this.#recurse(args[0] ?? null);
  }

  override repr(): string {
    return `<LoopContext ${this.#index + 1}/${this.#items.length}>`;
  }
}
