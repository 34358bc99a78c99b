import { must } from '../../core/must.ts';
import { isDict, Tuple, type Value } from '../../core/value.ts';
import { getSlice } from '../python/access.ts';
import { isNumber } from '../python/number.ts';
import { compare, equals, mapping } from '../python/values.ts';
import type { Path } from './ast.ts';
import { callFunction } from './functions.ts';
import { parsePath } from './parse.ts';

const parsed = new Map<string, Path>();

/** Evaluates a JMESPath expression on a value. */
export function search(source: string, value: Value): Value {
  const path = parsed.get(source) ?? parsePath(source);
  parsed.set(source, path);
  return visit(path, value);
}

/** Truth in JMESPath: empty values, false and null are false; zero is true. */
function holds(value: Value): boolean {
  if (value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isDict(value) || value.size > 0;
}

function listOf(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

/** Applies a path to each element and drops nulls. */
const project = (items: readonly Value[] | undefined, path: Path): Value =>
  items === undefined ? null : items.map((item) => visit(path, item)).filter((item) => item !== null);

function visit(path: Path, value: Value): Value {
  switch (path.type) {
    case 'current':
      return value;
    case 'field':
      return mapping(value)?.get(path.name) ?? null;
    case 'literal':
      return path.value;
    case 'index':
      return listOf(value)?.at(path.index) ?? null;
    case 'slice': {
      const items = listOf(value);
      return items ? getSlice([...items], path.start, path.stop, path.step) : null;
    }
    case 'pipe':
      return visit(path.right, visit(path.left, value));
    case 'project':
      return project(projected(path.kind, visit(path.left, value)), path.right);
    case 'filter':
      return project(
        listOf(visit(path.left, value))?.filter((item) => holds(visit(path.test, item))),
        path.right,
      );
    case 'list':
      return value === null ? null : path.items.map((item) => visit(item, value));
    case 'hash':
      return value === null ? null : new Map(path.entries.map(([key, item]) => [key, visit(item, value)]));
    case 'or': {
      const left = visit(path.left, value);
      return holds(left) ? left : visit(path.right, value);
    }
    case 'and': {
      const left = visit(path.left, value);
      return holds(left) ? visit(path.right, value) : left;
    }
    case 'not':
      return !holds(visit(path.operand, value));
    case 'compare':
      return compared(path.operator, visit(path.left, value), visit(path.right, value));
    case 'call':
      return callFunction(
        path.name,
        path.args.map((arg) => (arg.type === 'reference' ? (item: Value) => visit(arg.path, item) : visit(arg, value))),
      );
    case 'reference':
      return null;
  }
}

function projected(kind: 'list' | 'values' | 'flatten', value: Value): readonly Value[] | undefined {
  const dict = mapping(value);
  if (kind === 'values') return dict && [...dict.values()];
  const items = listOf(value);
  return kind === 'list' ? items : items?.flatMap((item) => (listOf(item) ?? [item]) as Value[]);
}

function compared(operator: string, a: Value, b: Value): Value {
  if (operator === '==') return sameKind(a, b) && equals(a, b);
  if (operator === '!=') return !(sameKind(a, b) && equals(a, b));
  const ordered = isNumber(a) && isNumber(b) && typeof a !== 'boolean' && typeof b !== 'boolean';
  if (!ordered && !(typeof a === 'string' && typeof b === 'string')) return null;
  const order = compare(a, b);
  const orders: Readonly<Record<string, boolean>> = {
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  };
  return must(orders[operator], `the comparison ${operator}`);
}

const sameKind = (a: Value, b: Value): boolean => (typeof a === 'boolean') === (typeof b === 'boolean');
