import type { Expression } from './ast.ts';
import { parseFilters, parsePostfix } from './parse-postfix.ts';
import { parsePrimary } from './parse-primary.ts';
import type { Tokens } from './tokens.ts';

/** A whole expression, conditional ones included. */
export function parseExpression(tokens: Tokens, withConditional = true): Expression {
  return tokens.within(() => (withConditional ? parseConditional(tokens) : parseOr(tokens)));
}

function parseConditional(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let expression = parseOr(tokens);
  for (let links = 0; tokens.skip('name', 'if'); links = tokens.link(links)) {
    const test = parseOr(tokens);
    const no = tokens.skip('name', 'else') ? tokens.within(() => parseConditional(tokens)) : undefined;
    expression = { type: 'conditional', test, yes: expression, no, offset };
  }
  return expression;
}

function parseOr(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let left = parseAnd(tokens);
  for (let links = 0; tokens.skip('name', 'or'); links = tokens.link(links))
    left = { type: 'or', left, right: parseAnd(tokens), offset };
  return left;
}

function parseAnd(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  let left = parseNot(tokens);
  for (let links = 0; tokens.skip('name', 'and'); links = tokens.link(links))
    left = { type: 'and', left, right: parseNot(tokens), offset };
  return left;
}

function parseNot(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  if (!tokens.word('not')) return parseCompare(tokens);
  tokens.take();
  return { type: 'not', operand: tokens.within(() => parseNot(tokens)), offset };
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
    for (
      let links = 0;
      tokens.current.type === 'operator' && operators.includes(tokens.current.text);
      links = tokens.link(links)
    ) {
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
  if (tokens.skip('operator', '-'))
    node = { type: 'negate', operand: tokens.within(() => parseUnary(tokens, false)), offset };
  else if (tokens.skip('operator', '+'))
    node = { type: 'positive', operand: tokens.within(() => parseUnary(tokens, false)), offset };
  else node = parsePrimary(tokens);
  node = parsePostfix(tokens, node);
  return withFilter ? parseFilters(tokens, node) : node;
}
