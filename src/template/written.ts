import { isDict, type Raw, Template, type Value } from '../core/value.ts';
import type { Expression, Statement } from './ast.ts';
import type { Scope } from './context.ts';
import { globals } from './globals.ts';
import { parseKind } from './parse-kind.ts';
import { walk } from './walk.ts';

/**
 * Whether people wrote all that a value is made of: itself, and each variable that it mentions, to the last. What hosts
 * answer, lookups find, and the run knows is not; nor is what calls something, since nobody knows what that gives.
 * `raw` is something that a person wrote.
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
  // What is not there brings no text.
  if (scope.written?.(name) !== true) return scope.get(name) === undefined;
  return isWritten(scope.get(name) ?? null, scope, new Set([...within, name]));
}

/** What gives nothing but what it is given: listed, so that whatever comes new is not among it. */
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
  'd',
  'default',
  'first',
  'flatten',
  'format',
  'int',
  'bool',
  'string',
  'trim',
  'lower',
  'upper',
  'replace',
  'join',
  'last',
  'list',
  'unique',
  'union',
  'difference',
  'intersect',
  'reject',
  'rejectattr',
  'select',
  'selectattr',
  'ternary',
  'combine',
  'sort',
  'reverse',
  'dict2items',
  'items2dict',
]);

const isPure = (node: Expression | Statement): boolean =>
  PURE_NODES.has(node.type) ||
  (node.type === 'filter' && PURE_FILTERS.has(node.name.replace(/^ansible\.builtin\./, '')));
