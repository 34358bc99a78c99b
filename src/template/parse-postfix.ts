import { oneOr } from '../core/one-or.ts';
import type { Arguments, Expression } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import { parsePrimary } from './parse-primary.ts';
import { mistake, type Tokens } from './tokens.ts';

/** Parses the subscripts and calls after an expression. */
export function parsePostfix(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (let links = 0; ; links = tokens.link(links)) {
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
  const [first] = keys;
  if (first === undefined) throw mistake("Expected an expression, got ']'", close);
  const key: Expression = oneOr(keys, () => ({ type: 'tuple', items: keys, offset }));
  return { type: 'item', target, key, offset: first.offset };
}

function parseSubscribed(
  tokens: Tokens,
  target: Expression,
  offset: number,
): { key: Expression } | { sliced: Expression } {
  const start = tokens.op(':') ? undefined : parseExpression(tokens);
  if (start !== undefined && !tokens.op(':')) return { key: start };
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

/** Parses the parenthesized arguments of a call. */
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

/** Parses the filters, tests and calls after an expression. */
export function parseFilters(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (let links = 0; ; links = tokens.link(links)) {
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

/** Parses one filter after `|`; in `{% filter %}` it has no target. */
function parseFilter(tokens: Tokens, target: Expression | undefined, bare = false): Expression {
  if (!bare) tokens.expect('operator', '|');
  const { name, offset, length } = dottedName(tokens);
  return { type: 'filter', target, name, ...(tokens.op('(') ? parseArguments(tokens) : noArguments), offset, length };
}

/** Parses the filter chain of `{% filter a | b %}` and `{% set x | a | b %}`. */
export function parseFilterChain(tokens: Tokens, bare: boolean): Expression {
  let node = parseFilter(tokens, undefined, bare);
  for (let links = 0; tokens.op('|') || tokens.word('is') || tokens.op('('); links = tokens.link(links)) {
    if (tokens.op('|')) node = parseFilter(tokens, node);
    else node = tokens.op('(') ? parseCall(tokens, node) : parseTest(tokens, node);
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
