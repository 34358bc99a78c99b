import type { Arguments, Expression } from './ast.ts';
import { SyntaxMistake, type Token } from './lexer.ts';
import { describe, mistake, type Tokens } from './tokens.ts';

/** A whole expression, conditional ones included. */
export function parseExpression(tokens: Tokens, withConditional = true): Expression {
  return withConditional ? parseConditional(tokens) : parseOr(tokens);
}

function parseConditional(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let expression = parseOr(tokens);
  while (tokens.skip('name', 'if')) {
    const test = parseOr(tokens);
    const no = tokens.skip('name', 'else') ? parseConditional(tokens) : undefined;
    expression = { type: 'conditional', test, yes: expression, no, offset };
  }
  return expression;
}

function parseOr(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let left = parseAnd(tokens);
  while (tokens.skip('name', 'or')) left = { type: 'or', left, right: parseAnd(tokens), offset };
  return left;
}

function parseAnd(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let left = parseNot(tokens);
  while (tokens.skip('name', 'and')) left = { type: 'and', left, right: parseNot(tokens), offset };
  return left;
}

function parseNot(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  if (!tokens.word('not')) return parseCompare(tokens);
  tokens.take();
  return { type: 'not', operand: parseNot(tokens), offset };
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

function parseCompare(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  const left = parseSum(tokens);
  const rest: { operator: string; right: Expression }[] = [];
  for (;;) {
    const operator = comparison(tokens);
    if (!operator) return rest.length === 0 ? left : { type: 'compare', left, rest, offset };
    rest.push({ operator, right: parseSum(tokens) });
  }
}

function comparison(tokens: Tokens): string | undefined {
  const { current, next } = tokens;
  if (current.type === 'operator' && COMPARISONS.has(current.text)) return tokens.take().text;
  if (tokens.skip('name', 'in')) return 'in';
  if (tokens.word('not') && next.type === 'name' && next.text === 'in') {
    tokens.take();
    tokens.take();
    return 'not in';
  }
  return undefined;
}

type Parse = (tokens: Tokens) => Expression;

const leftAssociative =
  (operand: Parse, operators: readonly string[]): Parse =>
  (tokens) => {
    let left = operand(tokens);
    while (tokens.current.type === 'operator' && operators.includes(tokens.current.text)) {
      const { text, offset } = tokens.take();
      left = { type: 'binary', operator: text, left, right: operand(tokens), offset };
    }
    return left;
  };

// Jinja's order, which differs from Python's: `~` binds tighter than `+`, and `**` is left-associative.
const parsePower = leftAssociative((tokens) => parseUnary(tokens), ['**']);
const parseProduct = leftAssociative(parsePower, ['*', '/', '//', '%']);
const parseSum = leftAssociative((tokens) => parseConcat(tokens), ['+', '-']);

function parseConcat(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  const items = [parseProduct(tokens)];
  while (tokens.skip('operator', '~')) items.push(parseProduct(tokens));
  return items.length === 1 ? items[0]! : { type: 'concat', items, offset };
}

function parseUnary(tokens: Tokens, withFilter = true): Expression {
  const { offset } = tokens.current;
  let node: Expression;
  if (tokens.skip('operator', '-')) node = { type: 'negate', operand: parseUnary(tokens, false), offset };
  else if (tokens.skip('operator', '+')) node = { type: 'positive', operand: parseUnary(tokens, false), offset };
  else node = parsePrimary(tokens);
  node = parsePostfix(tokens, node);
  return withFilter ? parseFilters(tokens, node) : node;
}

/** The words that are values. */
export const CONSTANTS: Record<string, boolean | null> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

function parsePrimary(tokens: Tokens): Expression {
  const token = tokens.current;
  const place = { offset: token.offset, length: token.end - token.offset };
  if (token.type === 'name') {
    tokens.take();
    if (Object.hasOwn(CONSTANTS, token.text)) return { type: 'constant', value: CONSTANTS[token.text]!, ...place };
    return { type: 'name', name: token.text, ...place };
  }
  if (token.type === 'string') return parseStrings(tokens);
  if (token.type === 'number') return { type: 'constant', value: tokens.take().value, ...place };
  if (tokens.skip('operator', '(')) {
    const inside = parseTuple(tokens, { parentheses: true });
    tokens.expect('operator', ')');
    return inside;
  }
  if (tokens.op('[')) return parseList(tokens);
  if (tokens.op('{')) return parseDict(tokens);
  throw unexpected(token);
}

function unexpected(token: Token): SyntaxMistake {
  if (token.type === 'eof')
    return new SyntaxMistake("Expected an expression, got 'end of template'", Math.max(0, token.offset - 1));
  return mistake(`unexpected '${describe(token)}'`, token);
}

function parseStrings(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let value = '';
  let end = offset;
  while (tokens.is('string')) {
    const token = tokens.take();
    value += token.value as string;
    end = token.end;
  }
  return { type: 'constant', value, offset, length: end - offset };
}

/** Where a tuple is allowed: `{{ a, b }}`, `for … in a, b`, `set x = a, b`. */
export function parseTuple(
  tokens: Tokens,
  {
    parentheses = false,
    withConditional = true,
    ends = [],
  }: { parentheses?: boolean; withConditional?: boolean; ends?: readonly string[] } = {},
): Expression {
  const { offset } = tokens.current;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) {
      if (!tokens.op(',')) break;
      tokens.take();
      isTuple = true;
    }
    if (tupleEnds(tokens, ends)) break;
    items.push(parseExpression(tokens, withConditional));
    if (!tokens.op(',')) break;
  }
  if (!isTuple && items.length === 1) return items[0]!;
  if (items.length === 0 && !parentheses)
    throw mistake(`Expected an expression, got '${describe(tokens.current)}'`, tokens.current);
  return { type: 'tuple', items, offset };
}

/** Whether a tuple written without parentheses ends here. */
export function tupleEnds(tokens: Tokens, ends: readonly string[]): boolean {
  const { type, text } = tokens.current;
  if (type === 'variable_end' || type === 'block_end' || (type === 'operator' && text === ')')) return true;
  return type === 'name' && ends.includes(text);
}

function parseList(tokens: Tokens): Expression {
  const { offset } = tokens.expect('operator', '[');
  const items: Expression[] = [];
  while (!tokens.op(']')) {
    if (items.length > 0) tokens.expect('operator', ',');
    if (tokens.op(']')) break;
    items.push(parseExpression(tokens));
  }
  tokens.expect('operator', ']');
  return { type: 'list', items, offset };
}

function parseDict(tokens: Tokens): Expression {
  const { offset } = tokens.expect('operator', '{');
  const entries: [Expression, Expression][] = [];
  while (!tokens.op('}')) {
    if (entries.length > 0) tokens.expect('operator', ',');
    if (tokens.op('}')) break;
    const key = parseExpression(tokens);
    tokens.expect('operator', ':');
    entries.push([key, parseExpression(tokens)]);
  }
  tokens.expect('operator', '}');
  return { type: 'dict', entries, offset };
}

function parsePostfix(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (tokens.op('.') || tokens.op('[')) node = parseSubscript(tokens, node);
    else if (tokens.op('(')) node = parseCall(tokens, node);
    else return node;
  }
}

function parseSubscript(tokens: Tokens, target: Expression): Expression {
  const { text, offset } = tokens.take();
  if (text === '.') {
    const token = tokens.take();
    if (token.type === 'name')
      return { type: 'attribute', target, name: token.text, offset: token.offset, length: token.text.length };
    if (token.type !== 'number' || !Number.isInteger(token.value)) throw mistake('expected name or number', token);
    return {
      type: 'item',
      target,
      key: { type: 'constant', value: token.value, offset: token.offset },
      offset: token.offset,
    };
  }
  const keys: Expression[] = [];
  while (!tokens.op(']')) {
    if (keys.length > 0) tokens.expect('operator', ',');
    const part = parseSubscribed(tokens, target, offset);
    if ('sliced' in part) {
      tokens.expect('operator', ']');
      return part.sliced;
    }
    keys.push(part.key);
  }
  const close = tokens.expect('operator', ']');
  if (keys.length === 0) throw mistake("Expected an expression, got ']'", close);
  const key: Expression = keys.length === 1 ? keys[0]! : { type: 'tuple', items: keys, offset };
  return { type: 'item', target, key, offset: keys[0]!.offset };
}

function parseSubscribed(
  tokens: Tokens,
  target: Expression,
  offset: number,
): { key: Expression } | { sliced: Expression } {
  const start = tokens.op(':') ? undefined : parseExpression(tokens);
  if (!tokens.op(':')) return { key: start! };
  tokens.take();
  const stop = tokens.op(':') || tokens.op(']') || tokens.op(',') ? undefined : parseExpression(tokens);
  const step = tokens.skip('operator', ':') && !tokens.op(']') && !tokens.op(',') ? parseExpression(tokens) : undefined;
  return { sliced: { type: 'slice', target, start, stop, step, offset } };
}

function parseCall(tokens: Tokens, target: Expression): Expression {
  const { offset } = target;
  return { type: 'call', target, ...parseArguments(tokens), offset };
}

const noArguments: Arguments = { args: [], named: [] };

/** The parenthesized arguments of a call. */
function parseArguments(tokens: Tokens): Arguments {
  const open = tokens.expect('operator', '(');
  const args: Expression[] = [];
  const named: { name: string; value: Expression }[] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  const ensure = (fine: boolean) => {
    if (!fine) throw mistake('invalid syntax for function call expression', open);
  };
  for (let first = true; !tokens.op(')'); first = false) {
    if (!first) tokens.expect('operator', ',');
    if (tokens.op(')')) break;
    if (tokens.skip('operator', '*')) {
      ensure(!spread && !spreadNamed);
      spread = parseExpression(tokens);
    } else if (tokens.skip('operator', '**')) {
      ensure(!spreadNamed);
      spreadNamed = parseExpression(tokens);
    } else if (tokens.is('name') && tokens.next.type === 'operator' && tokens.next.text === '=') {
      ensure(!spreadNamed);
      const name = tokens.take().text;
      tokens.take();
      named.push({ name, value: parseExpression(tokens) });
    } else {
      ensure(!spread && !spreadNamed && named.length === 0);
      args.push(parseExpression(tokens));
    }
  }
  tokens.expect('operator', ')');
  return { args, named, ...(spread && { spread }), ...(spreadNamed && { spreadNamed }) };
}

/** The filters, tests and calls after an expression. */
function parseFilters(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (tokens.op('|')) node = parseFilter(tokens, node);
    else if (tokens.word('is')) node = parseTest(tokens, node);
    else if (tokens.op('(')) node = parseCall(tokens, node);
    else return node;
  }
}

function dottedName(tokens: Tokens): { name: string; offset: number; length: number } {
  const first = tokens.expect('name');
  let { text: name, end } = first;
  while (tokens.skip('operator', '.')) {
    const part = tokens.expect('name');
    name += `.${part.text}`;
    end = part.end;
  }
  return { name, offset: first.offset, length: end - first.offset };
}

/** One filter after `|`; without a target in `{% filter %}`. */
function parseFilter(tokens: Tokens, target: Expression | undefined, bare = false): Expression {
  if (!bare) tokens.expect('operator', '|');
  const { name, offset, length } = dottedName(tokens);
  return { type: 'filter', target, name, ...(tokens.op('(') ? parseArguments(tokens) : noArguments), offset, length };
}

/** The chain of filters of `{% filter a | b %}` and `{% set x | a | b %}`. */
export function parseFilterChain(tokens: Tokens, bare: boolean): Expression {
  let node = parseFilter(tokens, undefined, bare);
  while (tokens.op('|') || tokens.word('is') || tokens.op('(')) {
    node = tokens.op('|')
      ? parseFilter(tokens, node)
      : tokens.op('(')
        ? parseCall(tokens, node)
        : parseTest(tokens, node);
  }
  return node;
}

function parseTest(tokens: Tokens, target: Expression): Expression {
  const start = tokens.expect('name', 'is').offset;
  const negated = tokens.skip('name', 'not');
  const { name, offset, length } = dottedName(tokens);
  const test: Expression = { type: 'test', target, name, ...testArguments(tokens), offset, length };
  return negated ? { type: 'not', operand: test, offset: start } : test;
}

function testArguments(tokens: Tokens): Arguments {
  if (tokens.op('(')) return parseArguments(tokens);
  const { type, text } = tokens.current;
  const starts =
    type === 'name'
      ? !['else', 'or', 'and'].includes(text)
      : type === 'string' || type === 'number' || ['(', '[', '{'].includes(text);
  if (!starts || type === 'data') return noArguments;
  if (text === 'is') throw mistake('You cannot chain multiple tests with is', tokens.current);
  return { args: [parsePostfix(tokens, parsePrimary(tokens))], named: [] };
}
