import type { Value } from '../core/value.ts';
import type { Statement } from './ast.ts';
import { type CompiledTemplate, compileTemplate, renderBody } from './compile.ts';
import { compileExpression } from './compile-expression.ts';
import type { RunBody } from './compile-statement.ts';
import { Context, Frame, type Scope } from './context.ts';
import { fail, TemplateError } from './errors.ts';
import { findTemplate } from './find-file.ts';
import { PyObject } from './python/object.ts';
import { str } from './python/repr.ts';
import { sequence } from './python/values.ts';

interface Loaded {
  readonly path: string;
  readonly template: CompiledTemplate;
}

function load(name: Value, context: Context): Loaded | undefined {
  const names = sequence(name) ?? [name];
  for (const each of names) {
    const found = findTemplate(str(each), context);
    if (!found) continue;
    const { syntax } = context.session;
    return {
      path: found.path,
      template: compileTemplate(found.text, syntax, { file: found.path, line: 1, column: 1 }),
    };
  }
  return undefined;
}

function loadOrFail(name: Value, context: Context): Loaded {
  const names = sequence(name);
  return (
    load(name, context) ??
    fail(
      names === undefined ? str(name) : `none of the templates given were found: ${names.map(str).join(', ')}`,
      'template-not-found',
    )
  );
}

/** A context for another file within the same evaluation. */
function contextFor({ path, template }: Loaded, context: Context, scope?: Scope): Context {
  const session = scope ? { ...context.session, scope, cache: new Map(), owned: new Map() } : context.session;
  return new Context(session, template.text, { file: path, line: 1, column: 1 }, template.changes);
}

/** Runs something in the context of another file, so that its errors name that file. */
function within<T>(inner: Context, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw inner.locate(error);
  }
}

/** `{% include %}`: inserts the text of another file, rendered with or without our variables. */
export function compileInclude(node: Extract<Statement, { type: 'include' }>): RunBody {
  const name = compileExpression(node.template);
  return (context, frame, out) => {
    const wanted = name(context, frame);
    context.offset = node.template.offset;
    const loaded = node.ignoreMissing ? load(wanted, context) : loadOrFail(wanted, context);
    if (!loaded) return;
    const inner = contextFor(loaded, context, node.withContext ? undefined : NO_VARIABLES);
    const root = new Frame(node.withContext ? frame : undefined);
    out.text += within(inner, () => renderBody(loaded.template.body, loaded.template.blocks, inner, root));
  };
}

const NO_VARIABLES: Scope = { get: () => undefined, names: () => [] };

/** The exports of a template file: its macros and variables. */
class Module extends PyObject {
  readonly opaque = 'TemplateModule';
  readonly vars: ReadonlyMap<string, Value>;
  readonly #text: string;

  constructor(vars: ReadonlyMap<string, Value>, text: string) {
    super();
    this.vars = vars;
    this.#text = text;
  }

  override attribute(name: string): Value | undefined {
    return name.startsWith('_') ? undefined : this.vars.get(name);
  }

  override str(): string {
    return this.#text;
  }

  override repr(): string {
    return '<TemplateModule>';
  }
}

function importModule(loaded: Loaded, context: Context, frame: Frame, withContext: boolean): Module {
  const inner = contextFor(loaded, context, withContext ? undefined : NO_VARIABLES);
  const root = new Frame(withContext ? frame : undefined);
  const text = within(inner, () => renderBody(loaded.template.body, loaded.template.blocks, inner, root));
  return new Module(root.vars, text);
}

/** `{% import x as name %}`. */
export function compileImport(node: Extract<Statement, { type: 'import' }>): RunBody {
  const name = compileExpression(node.template);
  return (context, frame) => {
    const wanted = name(context, frame);
    context.offset = node.template.offset;
    frame.vars.set(node.name, importModule(loadOrFail(wanted, context), context, frame, node.withContext));
  };
}

/** `{% from x import a, b as c %}`. */
export function compileFromImport(node: Extract<Statement, { type: 'from-import' }>): RunBody {
  const template = compileExpression(node.template);
  return (context, frame) => {
    const wanted = template(context, frame);
    context.offset = node.template.offset;
    const loaded = loadOrFail(wanted, context);
    const module = importModule(loaded, context, frame, node.withContext);
    for (const { name, as } of node.names) {
      const missing = () =>
        `the template '${loaded.path}' (imported on line ${lineOf(context)}) does not export the requested name '${name}'`;
      frame.vars.set(as, module.vars.get(name) ?? context.undefined(missing));
    }
  };
}

const lineOf = (context: Context): number => context.text.slice(0, context.offset).split('\n').length;

/** `{% extends %}`: everything after it only fills the parent's blocks. */
export function compileExtends(node: Extract<Statement, { type: 'extends' }>): RunBody {
  const name = compileExpression(node.template);
  return (context, frame, out) => {
    if (context.parent) throw new TemplateError('extended multiple times');
    const wanted = name(context, frame);
    context.offset = node.template.offset;
    const loaded = loadOrFail(wanted, context);
    const written = out.text;
    context.parent = (_, final) => {
      const inner = contextFor(loaded, context);
      for (const [block, chain] of context.blocks) inner.blocks.set(block, chain);
      final.text =
        written + within(inner, () => renderBody(loaded.template.body, loaded.template.blocks, inner, frame));
    };
  };
}
