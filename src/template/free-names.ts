import { must } from '../core/must.ts';
import type { Expression, Statement, Target } from './ast.ts';
import { globals } from './globals.ts';
import type { RenderOptions } from './header.ts';
import { parseKind, type TextKind, type Tree } from './parse-kind.ts';
import { walk } from './walk.ts';

/** The variables that a template uses and does not set itself. */
interface FreeNames {
  /** Variables without which it fails. */
  readonly required: ReadonlySet<string>;
  /** Variables that it only tests with `is defined`, `default` and the like. */
  readonly optional: ReadonlySet<string>;
  /** The required ones that are used outside any condition or loop and are not tested anywhere. */
  readonly certain: ReadonlySet<string>;
}

/** The variables that a template uses; none if it has errors. */
export function freeNames(
  source: string,
  { kind = 'text', options = {} }: { kind?: TextKind; options?: RenderOptions } = {},
): FreeNames {
  const parsed = parseKind(source, kind, options);
  const names = new Names();
  if (!('mistake' in parsed)) names.visit(parsed.tree);
  return {
    required: names.required,
    optional: new Set([...names.optional].filter((name) => !names.required.has(name))),
    certain: new Set([...names.certain].filter((name) => !names.optional.has(name))),
  };
}

/** Filters and tests that accept undefined values. */
const FORGIVING = new Set(['default', 'd', 'mandatory', 'defined', 'undefined']);

type AnyNode = Expression | Statement;

class Names {
  readonly required = new Set<string>();
  readonly optional = new Set<string>();
  readonly certain = new Set<string>();
  #conditions = 0;
  readonly #scopes: Set<string>[] = [new Set()];

  /** Records the names in a tree; `asked` means that undefined is tolerated there. */
  visit(tree: Tree | AnyNode, asked = false): void {
    if (Array.isArray(tree)) for (const each of tree as readonly Statement[]) this.visit(each);
    else {
      const node = tree as AnyNode;
      const visitor = visitors[node.type] as ((node: AnyNode, names: Names, asked: boolean) => void) | undefined;
      if (visitor) visitor(node, this, asked);
      else this.children(node);
    }
  }

  /** Visits all children of a node that does not treat names specially. */
  children(node: object): void {
    for (const child of Object.values(node)) {
      if (child === null || typeof child !== 'object' || child instanceof Map) continue;
      if ('type' in child && 'offset' in child) this.visit(child as Expression);
      else this.children(child);
    }
  }

  mention(name: string, asked: boolean): void {
    if (this.#scopes.some((scope) => scope.has(name)) || Object.hasOwn(globals, name)) return;
    (asked ? this.optional : this.required).add(name);
    if (!asked && this.#conditions === 0) this.certain.add(name);
  }

  /** Visits a part that may never be evaluated. */
  perhaps(visit: () => void): void {
    this.#conditions++;
    visit();
    this.#conditions--;
  }

  /** Names that a condition tests with `is defined` are not required in the part that it guards. */
  guarded(condition: Expression, visit: () => void): void {
    const before = new Set(this.required);
    this.perhaps(visit);
    const asked = askedNames(condition);
    for (const name of [...this.required].filter((each) => !before.has(each) && asked.has(each))) {
      this.required.delete(name);
      this.optional.add(name);
    }
  }

  /** Visits a part whose names are not visible outside it. */
  inner(visit: () => void): void {
    this.#scopes.push(new Set());
    visit();
    this.#scopes.pop();
  }

  local(...names: readonly string[]): void {
    const scope = must(this.#scopes.at(-1), 'the innermost scope');
    for (const name of names) scope.add(name);
  }

  assign(target: Target): void {
    if (target.type === 'name') this.local(target.name);
    else if (target.type === 'tuple') for (const each of target.items) this.assign(each);
    else this.mention(target.name, false);
  }
}

type Visitors = {
  readonly [T in AnyNode['type']]?: (node: Extract<AnyNode, { type: T }>, names: Names, asked: boolean) => void;
};

const visitors: Visitors = {
  name: ({ name }, names, asked) => names.mention(name, asked),
  attribute: ({ target }, names, asked) => names.visit(target, asked),
  item: ({ target, key }, names, asked) => {
    names.visit(target, asked);
    names.visit(key);
  },
  filter: visitCall,
  test: visitCall,
  and: visitLogic,
  or: visitLogic,
  conditional: ({ test, yes, no }, names, asked) => {
    names.visit(test);
    for (const branch of [yes, no]) if (branch) names.guarded(test, () => names.visit(branch, asked));
  },
  if: ({ branches, otherwise }, names) => {
    for (const { test, body } of branches) {
      names.visit(test);
      names.guarded(test, () => names.visit(body));
    }
    names.guarded(must(branches[0], 'the first branch of an if').test, () => names.visit(otherwise));
  },
  for: ({ target, items, test, body, otherwise }, names) => {
    names.visit(items);
    names.inner(() => {
      names.assign(target);
      names.local('loop');
      names.perhaps(() => {
        if (test) names.visit(test);
        names.visit(body);
      });
    });
    names.inner(() => names.perhaps(() => names.visit(otherwise)));
  },
  set: ({ target, value }, names) => {
    names.visit(value);
    names.assign(target);
  },
  'set-block': ({ target, filter, body }, names) => {
    if (filter) names.visit(filter);
    names.inner(() => names.visit(body));
    names.assign(target);
  },
  with: ({ targets, body }, names) => {
    for (const { value } of targets) names.visit(value);
    names.inner(() => {
      for (const { target } of targets) names.assign(target);
      names.visit(body);
    });
  },
  macro: (node, names) => {
    names.local(node.name);
    visitMacro(node, names);
  },
  'call-block': (node, names) => {
    names.visit(node.call);
    visitMacro(node, names);
  },
  block: ({ body }, names) =>
    names.inner(() => {
      names.local('super', 'self');
      names.visit(body);
    }),
  import: ({ template, name }, names) => {
    names.visit(template);
    names.local(name);
  },
  'from-import': ({ template, names: imported }, names) => {
    names.visit(template);
    names.local(...imported.map(({ as }) => as));
  },
};

function visitCall(node: Extract<Expression, { type: 'filter' | 'test' }>, names: Names, asked: boolean): void {
  if (node.target) names.visit(node.target, asked || FORGIVING.has(node.name));
  for (const each of [...node.args, ...node.named.map(({ value }) => value), node.spread, node.spreadNamed])
    if (each) names.visit(each);
}

function visitLogic({ left, right }: Extract<Expression, { type: 'and' | 'or' }>, names: Names, asked: boolean): void {
  names.visit(left, asked);
  names.guarded(left, () => names.visit(right, asked));
}

function visitMacro({ parameters, body }: Extract<Statement, { type: 'macro' | 'call-block' }>, names: Names): void {
  names.inner(() => {
    names.local('varargs', 'kwargs', 'caller', ...parameters.map(({ name }) => name));
    names.perhaps(() => {
      for (const { fallback } of parameters) if (fallback) names.visit(fallback);
      names.visit(body);
    });
  });
}

function askedNames(condition: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  walk(condition, (node) => {
    const target =
      (node.type === 'test' || node.type === 'filter') && FORGIVING.has(node.name) ? node.target : undefined;
    const root = target && rootName(target);
    if (root) names.add(root);
  });
  return names;
}

function rootName(node: Expression): string | undefined {
  if (node.type === 'name') return node.name;
  return node.type === 'attribute' || node.type === 'item' ? rootName(node.target) : undefined;
}
