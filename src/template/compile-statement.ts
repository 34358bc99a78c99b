import type { Value } from '../core/value.ts';
import type { MacroParts, Statement, Target } from './ast.ts';
import { checked } from './compile.ts';
import { compileExpression, type Run } from './compile-expression.ts';
import { compileExtends, compileFromImport, compileImport, compileInclude } from './compile-imports.ts';
import { type Block, type Context, Frame, type Output } from './context.ts';
import { fail, TemplateError } from './errors.ts';
import { compileFor } from './for-loop.ts';
import { makeMacro } from './macro.ts';
import { callValue } from './python/access.ts';
import { Callable, MISSING, Namespace, PyObject, Undefined } from './python/object.ts';
import { str } from './python/repr.ts';
import { iterate, truth } from './python/values.ts';

/** Compiled statements, which write to an output. */
export type RunBody = (context: Context, frame: Frame, out: Output) => void;

/** The blocks of a template, collected while compiling. */
export type Blocks = Map<string, Block>;

/** A compiled template: its body, and its blocks for templates that extend it. */
export function compileBody(statements: readonly Statement[]): { body: RunBody; blocks: ReadonlyMap<string, Block> } {
  const blocks: Blocks = new Map();
  return { body: compileStatements(statements, blocks), blocks };
}

/** Compiles a sequence of statements. */
export function compileStatements(statements: readonly Statement[], blocks: Blocks): RunBody {
  const runs = statements.map((statement) =>
    (compilers[statement.type] as (s: Statement, blocks: Blocks) => RunBody)(statement, blocks),
  );
  if (runs.length === 1) return runs[0]!;
  return (context, frame, out) => {
    for (const run of runs) run(context, frame, out);
  };
}

type Compilers = {
  readonly [T in Statement['type']]: (node: Extract<Statement, { type: T }>, blocks: Blocks) => RunBody;
};

const compilers: Compilers = {
  data:
    ({ text }) =>
    (_context, _frame, out) => {
      out.text += text;
    },
  output: ({ value, offset }) => {
    const run = compileExpression(value);
    return (context, frame, out) => {
      const result = run(context, frame);
      if (result !== null || context.native) out.text += printed(result, context, offset);
    };
  },
  if: ({ branches, otherwise }, blocks) => {
    const choices = branches.map(({ test, body }) => ({
      test: compileExpression(test),
      body: compileStatements(body, blocks),
    }));
    const last = compileStatements(otherwise, blocks);
    return (context, frame, out) => {
      const chosen = choices.find(({ test }) => truth(test(context, frame)));
      (chosen?.body ?? last)(context, frame, out);
    };
  },
  for: compileFor,
  set: ({ target, value }) => {
    const [run, assign] = [compileExpression(value), compileTarget(target)];
    return (context, frame) => assign(run(context, frame), frame, context);
  },
  'set-block': ({ target, filter, body }, blocks) => {
    const [run, assign] = [
      captured(compileStatements(body, blocks), filter && compileExpression(filter)),
      compileTarget(target),
    ];
    return (context, frame) => assign(run(context, frame), frame, context);
  },
  with: ({ targets, body }, blocks) => {
    const assigns = targets.map(({ target, value }) => ({
      assign: compileTarget(target),
      run: compileExpression(value),
    }));
    const run = compileStatements(body, blocks);
    return (context, frame, out) => {
      const inner = new Frame(frame);
      // Compute all values before setting any name: `with a=1, b=a` uses the outer `a`.
      const values = assigns.map((each) => each.run(context, frame));
      for (const [index, each] of assigns.entries()) each.assign(values[index]!, inner, context);
      run(context, inner, out);
    };
  },
  macro: (node, blocks) => {
    const make = compileMacro(node, blocks);
    return (context, frame) => {
      frame.vars.set(node.name, make(context, frame));
    };
  },
  'call-block': (node, blocks) => {
    const make = compileMacro(node, blocks);
    const { call } = node;
    if (call.type !== 'call') return fail('expected call');
    const target = compileExpression(call.target);
    const args = call.args.map(compileExpression);
    const named = call.named.map(({ name, value }) => [name, compileExpression(value)] as const);
    return (context, frame, out) => {
      const callee = target(context, frame);
      const values = args.map((run) => run(context, frame));
      const kwargs = new Map(named.map(([name, run]) => [name, run(context, frame)]));
      out.text += str(callValue(callee, values, kwargs.set('caller', make(context, frame)), context));
    };
  },
  'filter-block': ({ filter, body }, blocks) => {
    const run = captured(compileStatements(body, blocks), compileExpression(filter));
    return (context, frame, out) => {
      out.text += str(run(context, frame));
    };
  },
  block: (node, blocks) => compileBlock(node, blocks),
  extends: compileExtends,
  include: compileInclude,
  import: compileImport,
  'from-import': compileFromImport,
};

/** A value as `{{ }}` prints it: None prints nothing, and no part of the value may be undefined. */
function printed(value: Value, context: Context, offset: number): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined && value !== MISSING) context.offset = offset;
  return value instanceof PyObject && value.iterate ? str(value.iterate()) : str(checked(value));
}

/** The output of a body as a value, passed through filters if there are any. */
function captured(body: RunBody, filter: Run | undefined): Run {
  return (context, frame) => {
    const inner = new Frame(frame);
    const out: Output = { text: '' };
    body(context, inner, out);
    if (!filter) return out.text;
    const piped = new Frame(frame);
    // In a filter chain without a target, the innermost filter reads the nameless variable.
    piped.vars.set('', out.text);
    return filter(context, piped);
  };
}

/** Returns a function that assigns a value to a target. */
export function compileTarget(target: Target): (value: Value, frame: Frame, context: Context) => void {
  if (target.type === 'name') {
    return (value, frame) => {
      frame.vars.set(target.name, value);
    };
  }
  if (target.type === 'namespace') return assignInNamespace(target);
  const parts = target.items.map(compileTarget);
  return (value, frame, context) => {
    const items = iterate(value);
    if (items.length < parts.length)
      fail(`not enough values to unpack (expected ${parts.length}, got ${items.length})`);
    if (items.length > parts.length) fail(`too many values to unpack (expected ${parts.length})`);
    for (const [index, assign] of parts.entries()) assign(items[index]!, frame, context);
  };
}

function assignInNamespace({ name, attribute, offset }: Extract<Target, { type: 'namespace' }>) {
  const run = compileExpression({ type: 'name', name, offset });
  return (value: Value, frame: Frame, context: Context): void => {
    const namespace = run(context, frame);
    if (!(namespace instanceof Namespace)) throw new TemplateError('cannot assign attribute on non-namespace object');
    namespace.values.set(attribute, value);
  };
}

function compileMacro(
  { name, parameters, body }: MacroParts,
  blocks: Blocks,
): (context: Context, frame: Frame) => Value {
  const run = compileStatements(body, blocks);
  const compiled = parameters.map((parameter) => ({
    name: parameter.name,
    fallback: parameter.fallback && compileExpression(parameter.fallback),
  }));
  return (context, frame) => makeMacro({ name, parameters: compiled, body: run, used: namesIn(body) }, context, frame);
}

function namesIn(body: readonly Statement[]): ReadonlySet<string> {
  const text = JSON.stringify(body, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  return new Set(['varargs', 'kwargs', 'caller'].filter((name) => text.includes(`"name":"${name}"`)));
}

function compileBlock(
  { name, scoped, required, body }: Extract<Statement, { type: 'block' }>,
  blocks: Blocks,
): RunBody {
  const run = compileStatements(body, blocks);
  blocks.set(name, (context, frame, out) => {
    if (required) throw new TemplateError(`Required block '${name}' not found`);
    run(context, frame, out);
  });
  return (context, frame, out) => {
    // In a template that extends another, blocks are rendered where the parent has them.
    if (context.parent) return;
    runBlock(context.blocks.get(name) ?? [], 0, scoped ? frame : rootOf(frame), context, out);
  };
}

function rootOf(frame: Frame): Frame {
  let root = frame;
  while (root.parent) root = root.parent;
  return root;
}

/** Renders a block; `super()` inside it renders the block that it overrides. */
function runBlock(chain: readonly Block[], level: number, frame: Frame, context: Context, out: Output): void {
  const block = chain[level];
  if (!block) throw new TemplateError('there is no parent block called by super()');
  const inner = new Frame(frame);
  inner.vars.set('super', new Callable('super', () => blockText(chain, level + 1, frame, context)));
  inner.vars.set('self', new BlockReference(context, frame));
  block(context, inner, out);
}

function blockText(chain: readonly Block[], level: number, frame: Frame, context: Context): string {
  const out: Output = { text: '' };
  runBlock(chain, level, frame, context, out);
  return out.text;
}

/** Jinja's `self`, which offers each block as a function. */
export class BlockReference extends PyObject {
  readonly opaque = 'TemplateReference';
  readonly #context: Context;
  readonly #frame: Frame;

  constructor(context: Context, frame: Frame) {
    super();
    this.#context = context;
    this.#frame = frame;
  }

  override attribute(name: string): Value | undefined {
    const chain = this.#context.blocks.get(name);
    return chain && new Callable(name, () => blockText(chain, 0, this.#frame, this.#context));
  }
}
