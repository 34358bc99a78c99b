import type { Diagnostic, Position } from '../core/source.ts';
import { suggest } from '../core/suggest.ts';
import { isTemplateText } from '../core/value.ts';
import type { Expression, Statement, Target } from './ast.ts';
import { defaultEnv, type Env } from './env.ts';
import { positionIn, TemplateError } from './errors.ts';
import { globals } from './globals.ts';
import { type RenderOptions, readHeader } from './header.ts';
import { inlineSyntax, type Syntax, SyntaxMistake } from './lexer.ts';
import { parseBareExpression, parseTemplate } from './parser.ts';
import { findFilter, findLookup, findTest, knownNames } from './plugins.ts';
import { walk } from './walk.ts';

/** How a text is to be read: a text of a playbook with braces, a bare expression, or a template file. */
export type TextKind = 'text' | 'expression' | 'file';

/** What is wrong with a template and can be told without any value. */
export function checkTemplate(
  source: string,
  at: Position | undefined,
  { kind = 'text', env = defaultEnv(), options = {} }: { kind?: TextKind; env?: Env; options?: RenderOptions } = {},
): Diagnostic[] {
  const parsed = parse(source, kind, options);
  if ('mistake' in parsed) return [diagnose(parsed.mistake, source, at)];
  const found: Diagnostic[] = [];
  walk(parsed.tree, (node) => {
    const unknown = unknownName(node, env);
    if (unknown) found.push({ ...unknown, ...placed(parsed.text, parsed.start(at), node) });
  });
  return found;
}

/** The variables that a template mentions and does not set itself. */
export interface FreeNames {
  /** Those without which it fails. */
  readonly required: ReadonlySet<string>;
  /** Those that it only asks about, by `is defined`, `default` and the like. */
  readonly optional: ReadonlySet<string>;
}

/** The variables that a template mentions; one with mistakes mentions none. */
export function freeNames(
  source: string,
  { kind = 'text', options = {} }: { kind?: TextKind; options?: RenderOptions } = {},
): FreeNames {
  const parsed = parse(source, kind, options);
  const names = new Names();
  if (!('mistake' in parsed)) names.visit(parsed.tree);
  return {
    required: names.required,
    optional: new Set([...names.optional].filter((name) => !names.required.has(name))),
  };
}

type Tree = Expression | readonly Statement[];

type Parsed =
  | { tree: Tree; text: string; start: (at: Position | undefined) => Position | undefined }
  | { mistake: SyntaxMistake | TemplateError };

function parse(source: string, kind: TextKind, options: RenderOptions): Parsed {
  try {
    if (kind === 'expression' && !isTemplateText(source))
      return { tree: parseBareExpression(source), text: source, start: (at) => at };
    if (kind !== 'file') return parsed(source, inlineSyntax, 0);
    const header = readHeader(source, options);
    return parsed(header.text, header.syntax, header.lines);
  } catch (mistake) {
    if (mistake instanceof SyntaxMistake || mistake instanceof TemplateError) return { mistake };
    throw mistake;
  }
}

const parsed = (text: string, syntax: Syntax, lines: number): Parsed => ({
  tree: parseTemplate(text, syntax),
  text,
  start: (at) => at && { ...at, line: at.line + lines },
});

function diagnose(mistake: SyntaxMistake | TemplateError, source: string, at: Position | undefined): Diagnostic {
  if (mistake instanceof TemplateError) return { ...mistake.diagnostic, ...(at && { at }) };
  const place = positionIn(source, at, mistake.offset, mistake.length);
  return { severity: 'error', code: 'template-syntax', message: mistake.message, ...(place && { at: place }) };
}

function placed(text: string, at: Position | undefined, { offset, length }: Expression | Statement): { at?: Position } {
  const place = positionIn(text, at, offset, length);
  return place ? { at: place } : {};
}

type Finding = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'hint'>;

function unknownName(node: Expression | Statement, env: Env): Finding | undefined {
  if (node.type === 'filter' && !findFilter(node.name, env))
    return unknown('filter', node.name, knownNames('filters', env));
  if (node.type === 'test' && !findTest(node.name, env)) return unknown('test', node.name, knownNames('tests', env));
  if (node.type !== 'call' || node.target.type !== 'name' || !LOOKUPS.has(node.target.name)) return undefined;
  const [name] = node.args;
  if (name?.type !== 'constant' || typeof name.value !== 'string' || findLookup(name.value, env)) return undefined;
  return unknown('lookup', name.value, knownNames('lookups', env));
}

const LOOKUPS = new Set(['lookup', 'query', 'q']);

function unknown(what: 'filter' | 'test' | 'lookup', name: string, known: readonly string[]): Finding {
  const close = suggest(name, known);
  return {
    severity: 'error',
    code: `unknown-${what}`,
    message: `no ${what} named '${name}'`,
    ...(close && { hint: `did you mean "${close}"?` }),
  };
}

/** Filters and tests that take what is undefined. */
const FORGIVING = new Set(['default', 'd', 'mandatory', 'defined', 'undefined']);

class Names {
  readonly required = new Set<string>();
  readonly optional = new Set<string>();
  #scopes: Set<string>[] = [new Set()];

  visit(node: Tree | Expression | Statement, asked = false): void {
    if (Array.isArray(node)) for (const each of node as readonly Statement[]) this.visit(each);
    else this.#visitNode(node as Expression | Statement, asked);
  }

  #visitNode(node: Expression | Statement, asked: boolean): void {
    switch (node.type) {
      case 'name':
        return 'name' in node ? this.#mention(node.name, asked) : undefined;
      case 'attribute':
      case 'item':
        this.visit(node.target, asked);
        if (node.type === 'item') this.visit(node.key);
        return;
      case 'filter':
      case 'test':
        if (node.target) this.visit(node.target, asked || FORGIVING.has(node.name));
        return this.#arguments(node);
      case 'and':
      case 'or':
        this.visit(node.left, asked);
        return this.#guarded(node.left, () => this.visit(node.right, asked));
      case 'conditional':
        this.visit(node.test);
        this.#guarded(node.test, () => this.visit(node.yes, asked));
        return this.#guarded(node.test, () => node.no && this.visit(node.no, asked));
      case 'set':
        this.visit(node.value);
        return this.#assign(node.target);
      case 'set-block':
        this.#inner(() => this.visit(node.body));
        return this.#assign(node.target);
      case 'for':
        this.visit(node.items);
        this.#inner(() => {
          this.#assign(node.target);
          this.#local('loop');
          if (node.test) this.visit(node.test);
          this.visit(node.body);
        });
        return this.#inner(() => this.visit(node.otherwise));
      case 'if':
        for (const { test, body } of node.branches) {
          this.visit(test);
          this.#guarded(test, () => this.visit(body));
        }
        return this.#guarded(node.branches[0]!.test, () => this.visit(node.otherwise));
      case 'macro':
      case 'call-block':
        if (node.type === 'call-block') this.visit(node.call);
        else this.#local(node.name);
        return this.#inner(() => {
          for (const name of ['varargs', 'kwargs', 'caller', ...node.parameters.map((each) => each.name)])
            this.#local(name);
          for (const { fallback } of node.parameters) if (fallback) this.visit(fallback);
          this.visit(node.body);
        });
      case 'with':
        for (const { value } of node.targets) this.visit(value);
        return this.#inner(() => {
          for (const { target } of node.targets) this.#assign(target);
          this.visit(node.body);
        });
      case 'block':
        return this.#inner(() => {
          this.#local('super');
          this.#local('self');
          this.visit(node.body);
        });
      case 'import':
        this.visit(node.template);
        return this.#local(node.name);
      case 'from-import':
        this.visit(node.template);
        for (const { as } of node.names) this.#local(as);
        return;
      default:
        return this.#children(node);
    }
  }

  #children(node: object): void {
    for (const child of Object.values(node)) {
      if (child === null || typeof child !== 'object' || child instanceof Map) continue;
      if ('type' in child && 'offset' in child) this.visit(child as Expression);
      else this.#children(child);
    }
  }

  #arguments({ args, named, spread, spreadNamed }: Extract<Expression, { type: 'filter' | 'test' }>): void {
    for (const each of [...args, ...named.map(({ value }) => value), spread, spreadNamed]) if (each) this.visit(each);
  }

  #mention(name: string, asked: boolean): void {
    if (this.#scopes.some((scope) => scope.has(name)) || Object.hasOwn(globals, name)) return;
    (asked ? this.optional : this.required).add(name);
  }

  /** What a condition asks about by `is defined` is not required where the condition decides. */
  #guarded(condition: Expression, visit: () => void): void {
    const before = new Set(this.required);
    visit();
    const asked = askedNames(condition);
    for (const name of this.required) {
      if (before.has(name) || !asked.has(name)) continue;
      this.required.delete(name);
      this.optional.add(name);
    }
  }

  #inner(visit: () => void): void {
    this.#scopes.push(new Set());
    visit();
    this.#scopes.pop();
  }

  #local(name: string): void {
    this.#scopes.at(-1)!.add(name);
  }

  #assign(target: Target): void {
    if (target.type === 'name') this.#local(target.name);
    else if (target.type === 'tuple') for (const each of target.items) this.#assign(each);
    else this.#mention(target.name, false);
  }
}

function askedNames(condition: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  walk(condition, (node) => {
    if ((node.type === 'test' || node.type === 'filter') && FORGIVING.has(node.name) && node.target) {
      const root = rootName(node.target);
      if (root) names.add(root);
    }
  });
  return names;
}

function rootName(node: Expression): string | undefined {
  if (node.type === 'name') return node.name;
  return node.type === 'attribute' || node.type === 'item' ? rootName(node.target) : undefined;
}
