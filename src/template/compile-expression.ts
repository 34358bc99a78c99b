import { isTemplateText, Template, Tuple, type Value, Vaulted } from '../core/value.ts';
import type { Arguments, Comparison, Expression } from './ast.ts';
import type { Context, Frame } from './context.ts';
import { fail, unknownPlugin } from './errors.ts';
import { findFilter, findTest } from './plugins.ts';
import { callValue, getAttribute, getItem, getSlice } from './python/access.ts';
import { negate, operators, positive } from './python/arithmetic.ts';
import { Envelope, type Kwargs, MISSING, noKwargs, Undefined } from './python/object.ts';
import { str, typeName, undefinedError } from './python/repr.ts';
import { assign, compare, contains, equals, iterate, mapping, truth } from './python/values.ts';
import { resolve, resolveName } from './resolve.ts';

/** A compiled expression. */
export type Run = (context: Context, frame: Frame) => Value;

/** Compiles an expression to a function: each node becomes a closure over its parts. */
export function compileExpression(node: Expression): Run {
  return (compilers[node.type] as (node: Expression) => Run)(node);
}

type Compilers = { readonly [T in Expression['type']]: (node: Extract<Expression, { type: T }>) => Run };

const compilers: Compilers = {
  constant:
    ({ value }) =>
    () =>
      value,
  name: compileName,
  list: ({ items }) => {
    const runs = items.map(compileExpression);
    return (context, frame) => runs.map((run) => run(context, frame));
  },
  tuple: ({ items }) => {
    const runs = items.map(compileExpression);
    return (context, frame) => new Tuple(runs.map((run) => run(context, frame)));
  },
  concat: ({ items }) => {
    const runs = items.map(compileExpression);
    return (context, frame) => runs.map((run) => str(run(context, frame))).join('');
  },
  dict: ({ entries }) => {
    const runs = entries.map(([key, value]) => [compileExpression(key), compileExpression(value)] as const);
    return (context, frame) => {
      const dict = new Map<Value, Value>();
      for (const [key, value] of runs) assign(dict, key(context, frame), value(context, frame));
      return dict;
    };
  },
  attribute: ({ target, name, offset }) => {
    const run = compileExpression(target);
    if (name.startsWith('__')) return unsafe(run, name);
    return (context, frame) => {
      const value = run(context, frame);
      context.offset = offset;
      return getAttribute(value, name, context);
    };
  },
  item: ({ target, key, offset }) => {
    const [run, runKey] = [compileExpression(target), compileExpression(key)];
    return (context, frame) => {
      const value = run(context, frame);
      const at = runKey(context, frame);
      context.offset = offset;
      return getItem(value, at, context);
    };
  },
  slice: ({ target, start, stop, step, offset }) => {
    const run = compileExpression(target);
    const [from, to, by] = [start, stop, step].map((part) => (part ? compileExpression(part) : () => null)) as [
      Run,
      Run,
      Run,
    ];
    return (context, frame) => {
      const value = run(context, frame);
      context.offset = offset;
      return getSlice(value, from(context, frame), to(context, frame), by(context, frame));
    };
  },
  call: compileCall,
  filter: (node) => compilePlugin(node, compileTarget(node), findFilter, 'filter'),
  test: (node) => compilePlugin(node, compileTarget(node), findTest, 'test'),
  not: ({ operand }) => {
    const run = compileExpression(operand);
    return (context, frame) => !truth(run(context, frame));
  },
  negate: ({ operand, offset }) => {
    const run = compileExpression(operand);
    return (context, frame) => {
      const value = run(context, frame);
      context.offset = offset;
      return negate(value);
    };
  },
  positive: ({ operand }) => {
    const run = compileExpression(operand);
    return (context, frame) => positive(run(context, frame));
  },
  and: ({ left, right }) => {
    const [a, b] = [compileExpression(left), compileExpression(right)];
    return (context, frame) => {
      const value = a(context, frame);
      return truth(value) ? b(context, frame) : value;
    };
  },
  or: ({ left, right }) => {
    const [a, b] = [compileExpression(left), compileExpression(right)];
    return (context, frame) => {
      const value = a(context, frame);
      return truth(value) ? value : b(context, frame);
    };
  },
  binary: ({ operator, left, right, offset }) => {
    const [a, b, apply] = [compileExpression(left), compileExpression(right), operators[operator]];
    return (context, frame) => {
      const x = a(context, frame);
      const y = b(context, frame);
      context.offset = offset;
      return apply(x, y);
    };
  },
  compare: compileCompare,
  conditional: ({ test, yes, no }) => {
    const [condition, then] = [compileExpression(test), compileExpression(yes)];
    const otherwise: Run = no ? compileExpression(no) : () => MISSING;
    return (context, frame) => (truth(condition(context, frame)) ? then : otherwise)(context, frame);
  },
};

/** Templates may not access Python's internal attributes. */
function unsafe(run: Run, name: string): Run {
  return (context, frame) => {
    const value = run(context, frame);
    return context.undefined(() => `access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
  };
}

function compileName({ name, offset }: Extract<Expression, { type: 'name' }>): Run {
  return (context, frame) => {
    for (let each: Frame | undefined = frame; each; each = each.parent) {
      const value = each.vars.get(name);
      if (value !== undefined) return value;
    }
    context.offset = offset;
    return resolveName(name, context);
  };
}

interface Bound {
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
}

function compileArguments(
  { args, named, spread, spreadNamed }: Arguments,
  compileArgument: (node: Expression) => Run = compileExpression,
): (context: Context, frame: Frame) => Bound {
  const runs = args.map(compileArgument);
  const namedRuns = named.map(({ name, value }) => [name, compileExpression(value)] as const);
  const [rest, restNamed] = [spread && compileExpression(spread), spreadNamed && compileExpression(spreadNamed)];
  return (context, frame) => {
    const values = runs.map((run) => run(context, frame));
    if (rest) values.push(...iterate(rest(context, frame)));
    if (namedRuns.length === 0 && !restNamed) return { args: values, kwargs: noKwargs };
    const kwargs = new Map(namedRuns.map(([name, run]) => [name, run(context, frame)]));
    const more = restNamed?.(context, frame);
    if (more !== undefined)
      for (const [key, value] of mapping(more) ?? fail('argument after ** must be a mapping'))
        kwargs.set(String(key), value);
    return { args: values, kwargs };
  };
}

const LOOKUPS: ReadonlySet<string> = new Set(['lookup', 'query', 'q']);

/** Text with braces among the terms of a lookup is a template itself, as in Ansible: a person wrote it. */
function compileTerm(node: Expression): Run {
  if (node.type !== 'constant' || typeof node.value !== 'string' || !isTemplateText(node.value))
    return compileExpression(node);
  const written = new Template(node.value);
  return ({ session }) => resolve(written, session);
}

function compileCall(node: Extract<Expression, { type: 'call' }>): Run {
  const run = compileExpression(node.target);
  const isLookup = node.target.type === 'name' && LOOKUPS.has(node.target.name);
  const bind = compileArguments(node, isLookup ? compileTerm : compileExpression);
  return (context, frame) => {
    const target = run(context, frame);
    const { args, kwargs } = bind(context, frame);
    context.offset = node.offset;
    return callValue(target, args, kwargs, context);
  };
}

/** The text of a `{% filter %}` block. */
const blockText: Run = (_, frame) => frame.vars.get('') ?? '';

/** `vault_encrypted` and `unvault` look at an encrypted variable as it is written: its value would be decrypted. */
function compileTarget({ target, name }: Extract<Expression, { type: 'filter' | 'test' }>): Run {
  const run = target ? compileExpression(target) : blockText;
  if (target?.type !== 'name' || !/^(ansible\.(builtin|legacy)\.)?(vault_encrypted|unvault)$/.test(name)) return run;
  return (context, frame) => {
    const raw = context.session.scope.get(target.name);
    return raw instanceof Vaulted ? new Envelope(raw.envelope) : run(context, frame);
  };
}

/** Filters and tests are called the same way, with the value they apply to first. */
function compilePlugin(
  node: Extract<Expression, { type: 'filter' | 'test' }>,
  run: Run,
  find: typeof findFilter,
  what: 'filter' | 'test',
): Run {
  const bind = compileArguments(node);
  const { name, offset } = node;
  return (context, frame) => {
    const value = run(context, frame);
    const { args, kwargs } = bind(context, frame);
    context.offset = offset;
    const { env } = context.session;
    const plugin = find(name, env);
    if (!plugin) throw unknownPlugin(what, name, false, env[`${what}s`].missing?.(name));
    return plugin.call(name, [value, ...args], kwargs, context);
  };
}

const comparisons: Readonly<Record<Comparison, (a: Value, b: Value) => boolean>> = {
  '==': equals,
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b, '<') < 0,
  '<=': (a, b) => compare(a, b, '<=') <= 0,
  '>': (a, b) => compare(a, b, '>') > 0,
  '>=': (a, b) => compare(a, b, '>=') >= 0,
  in: (a, b) => truth(contains(b, a)),
  'not in': (a, b) => !truth(contains(b, a)),
};

function compileCompare({ left, rest, offset }: Extract<Expression, { type: 'compare' }>): Run {
  const first = compileExpression(left);
  const others = rest.map(({ operator, right }) => ({ holds: comparisons[operator], run: compileExpression(right) }));
  return (context, frame) => {
    let value = first(context, frame);
    for (const { holds, run } of others) {
      const next = run(context, frame);
      context.offset = offset;
      if (!holds(defined(value), defined(next))) return false;
      value = next;
    }
    return true;
  };
}

function defined(value: Value): Value {
  if (value instanceof Undefined && value !== MISSING) throw undefinedError(value);
  return value;
}
