import type { Position } from '../core/source.ts';
import type { Value } from '../core/value.ts';
import type { Expression, Statement } from './ast.ts';
import { compileExpression } from './compile-expression.ts';
import { BlockReference, compileBody, type RunBody } from './compile-statement.ts';
import { type Block, type Context, Frame, type Output } from './context.ts';
import { asTemplateError, positionIn, TemplateError } from './errors.ts';
import { inlineSyntax, type Syntax, SyntaxMistake } from './lexer.ts';
import { parseBareExpression, parseTemplate } from './parser.ts';
import { literal } from './python/literal.ts';
import { isNumber } from './python/number.ts';
import { MISSING, PyObject, Undefined } from './python/object.ts';
import { str, undefinedError } from './python/repr.ts';
import { sequence } from './python/values.ts';
import { walk } from './walk.ts';

/** Compiled text. */
interface Compiled {
  /** The text that offsets refer to. */
  readonly text: string;
  /** Whether it calls a method that changes a list or dict in place. */
  readonly changes: boolean;
  readonly run: (context: Context) => Value;
}

/** A compiled template file, which can be rendered, included, imported or extended. */
export interface CompiledTemplate {
  readonly text: string;
  readonly changes: boolean;
  readonly body: RunBody;
  readonly blocks: ReadonlyMap<string, Block>;
}

const LIMIT = 20_000;
const texts = new Map<string, Compiled>();
const expressions = new Map<string, Compiled>();
const templates = new Map<string, CompiledTemplate>();

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known) return known;
  if (cache.size > LIMIT) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}

/** Compiles text from a playbook. */
export const compileText = (source: string, at?: Position): Compiled =>
  cached(texts, source, () => located(source, at, () => makeText(source)));

/** Compiles a bare expression, as in `when:`. */
export const compileBare = (source: string, at?: Position): Compiled =>
  cached(expressions, source, () =>
    located(source, at, () => {
      const expression = parseBareExpression(source);
      const run = compileExpression(expression);
      return { text: source, changes: changes(expression), run: (context) => checked(run(context, new Frame())) };
    }),
  );

/** Compiles a template file. */
export const compileTemplate = (source: string, syntax: Syntax, at?: Position): CompiledTemplate =>
  cached(templates, JSON.stringify(syntax) + source, () =>
    located(source, at, () => {
      const statements = parseTemplate(source, syntax);
      return { text: normalized(source), changes: changes(statements), ...compileBody(statements) };
    }),
  );

const normalized = (source: string): string => source.replace(/\r\n|\r/g, '\n');

function located<T>(source: string, at: Position | undefined, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof SyntaxMistake)) throw asTemplateError(error);
    throw new TemplateError(
      error.message,
      'template-syntax',
      positionIn(normalized(source), at, error.offset, error.length),
    );
  }
}

const CHANGING = new Set([
  'append',
  'extend',
  'insert',
  'remove',
  'pop',
  'sort',
  'reverse',
  'update',
  'setdefault',
  'clear',
  'popitem',
]);

function changes(node: Expression | readonly Statement[]): boolean {
  let found = false;
  walk(node, (each) => {
    if (each.type === 'attribute' && CHANGING.has(each.name)) found = true;
  });
  return found;
}

function makeText(source: string): Compiled {
  const statements = parseTemplate(source, inlineSyntax);
  const [only] = statements;
  const text = normalized(source);
  const found = changes(statements);
  const newlines = countLineEnds(text);
  if (statements.length === 1 && only?.type === 'output') {
    const run = compileExpression(only.value);
    const keeps = keepsText(only.value);
    const isName = only.value.type === 'name';
    return {
      text,
      changes: found,
      run: (context) => {
        const result = run(context, new Frame());
        // None prints nothing; only a bare name yields its value unchanged. Ansible ignores one line end after a bare name if the value is
        // a number, but text keeps it.
        const becomesText = newlines > (isName ? 1 : 0) || (!isName && context.session.env.numbersBecomeText);
        const convert = keeps ? (value: string) => value : converterOf(context);
        return result === null && !isName && !context.native
          ? ''
          : native(result, convert, newlines, becomesText && !context.native);
      },
    };
  }
  const { body, blocks } = compileBody(statements);
  return {
    text,
    changes: found,
    run: (context) => withNewlines(converterOf(context)(renderBody(body, blocks, context)), newlines),
  };
}

/** The value of a lone `{{ }}` keeps its type; text that looks like a literal is converted to it, as in Ansible. */
function native(result: Value, convert: (text: string) => Value, newlines: number, asText: boolean): Value {
  const value = checked(result);
  if (typeof value === 'string') return withNewlines(convert(value), newlines);
  if (value === MISSING) return '';
  if (asText && typeof value !== 'boolean' && isNumber(value)) return withNewlines(str(value), newlines);
  return value instanceof PyObject && value.iterate ? value.iterate() : value;
}

const TEXT_FILTERS = new Set(['string', 'to_json', 'to_nice_json', 'to_yaml', 'to_nice_yaml', 'ppretty', 'json']);

const keepsText = (node: Expression): boolean =>
  node.type === 'filter' && TEXT_FILTERS.has(node.name.replace(/^ansible\.(builtin|legacy)\./, ''));

const converterOf = (context: Context): ((text: string) => Value) => (context.native ? convertNatively : convertText);

/** As with `jinja2_native`: text that is a Python literal becomes its value, but text in quotes stays as it is. */
function convertNatively(text: string): Value {
  const value = /^[ \t]/.test(text) ? undefined : literal(text.trimEnd());
  return value === undefined || typeof value === 'string' ? text : value;
}

/** Converts text that is a Python or JSON literal for a list, dict or boolean to that value. */
export function convertText(text: string): Value {
  if (text === 'True') return true;
  if (text === 'False') return false;
  if (!text.startsWith('[') && !text.startsWith('{')) return text;
  return literal(text, true) ?? text;
}

/** Makes a template's output end in as many line ends as its source. */
const withNewlines = (value: Value, wanted: number): Value =>
  typeof value === 'string' ? withLineEnds(value, wanted) : value;

/** Appends line ends until the text ends in the wanted number. */
export function withLineEnds(text: string, wanted: number, newline = '\n'): string {
  return text + newline.repeat(Math.max(0, wanted - countLineEnds(text)));
}

/** The number of line ends at the end of some text. */
export const countLineEnds = (text: string): number => /\n*$/.exec(text)?.[0].length ?? 0;

/** Fails if anything in the value is undefined; otherwise returns it. */
export function checked(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  if (value === MISSING) return value;
  if (value instanceof Undefined) throw undefinedError(value);
  const items = sequence(value) ?? (value instanceof Map ? [...value.values()] : undefined);
  if (items) for (const item of items) if (item !== null && typeof item === 'object') checked(item);
  return value;
}

/** Runs a template's body, and the bodies of the templates it extends. */
export function renderBody(
  body: RunBody,
  blocks: ReadonlyMap<string, Block>,
  context: Context,
  frame = new Frame(),
): string {
  for (const [name, block] of blocks) context.blocks.set(name, [...(context.blocks.get(name) ?? []), block]);
  if (blocks.size > 0) frame.vars.set('self', new BlockReference(context, frame));
  const out: Output = { text: '' };
  body(context, frame, out);
  context.parent?.(context, out);
  return out.text;
}
