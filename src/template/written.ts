import { isDict, type Raw, Template, type Value } from '../core/value.ts';
import type { Expression, Statement } from './ast.ts';
import type { Scope } from './context.ts';
import { globals } from './globals.ts';
import { parseKind } from './parse-kind.ts';
import { walk } from './walk.ts';

/**
 * Whether people wrote everything that a value consists of: the value itself and, recursively, each variable it refers
 * to. Host answers, lookup results and values from the run do not count, and neither does the result of a call, which
 * could be anything. `raw` is something that a person wrote.
 */
export function isWritten(raw: Raw, scope: Scope, within: ReadonlySet<string> = new Set()): boolean {
  if (raw instanceof Template) return isWrittenText(raw.source, scope, within);
  if (Array.isArray(raw)) return (raw as readonly Raw[]).every((item) => isWritten(item, scope, within));
  if (isDict(raw)) return [...(raw as Map<Value, Raw>).values()].every((item) => isWritten(item, scope, within));
  return true;
}

function isWrittenText(source: string, scope: Scope, within: ReadonlySet<string>): boolean {
  const parsed = parseKind(source, 'text', {});
  if ('mistake' in parsed) return false;
  let all = true;
  walk(parsed.tree, (node) => {
    all &&= node.type === 'name' ? isWrittenName(node.name, scope, within) : isPure(node);
  });
  return all;
}

function isWrittenName(name: string, scope: Scope, within: ReadonlySet<string>): boolean {
  if (within.has(name) || Object.hasOwn(globals, name)) return false;
  // A variable that does not exist contributes no text.
  if (scope.written?.(name) !== true) return scope.get(name) === undefined;
  return isWritten(scope.get(name) ?? null, scope, new Set([...within, name]));
}

/** Nodes that yield nothing but their inputs. This is an allowlist, so that new node types are excluded by default. */
const PURE_NODES: ReadonlySet<(Expression | Statement)['type']> = new Set([
  'data',
  'output',
  'if',
  'constant',
  'list',
  'tuple',
  'concat',
  'dict',
  'attribute',
  'item',
  'slice',
  'test',
  'not',
  'negate',
  'positive',
  'and',
  'or',
  'binary',
  'compare',
  'conditional',
]);

const PURE_FILTERS: ReadonlySet<string> = new Set([
  'abs',
  'count',
  'd',
  'default',
  'first',
  'flatten',
  'float',
  'format',
  'hash',
  'human_readable',
  'human_to_bytes',
  'int',
  'bool',
  'string',
  'trim',
  'lower',
  'upper',
  'replace',
  'join',
  'last',
  'length',
  'list',
  'log',
  'mandatory',
  'max',
  'min',
  'pow',
  'unique',
  'union',
  'difference',
  'intersect',
  'reject',
  'rejectattr',
  'root',
  'round',
  'select',
  'selectattr',
  'ternary',
  'combine',
  'sum',
  'sort',
  'reverse',
  'dict2items',
  'items2dict',
]);

const isPure = (node: Expression | Statement): boolean =>
  PURE_NODES.has(node.type) ||
  (node.type === 'filter' && PURE_FILTERS.has(node.name.replace(/^ansible\.builtin\./, '')));
