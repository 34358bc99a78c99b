import { oneOr } from '../core/one-or.ts';
import type { Comparison, Expression } from './ast.ts';
import { parseFilters, parsePostfix } from './parse-postfix.ts';
import { parsePrimary } from './parse-primary.ts';
import type { Operator } from './python/arithmetic.ts';
import type { Tokens } from './tokens.ts';

/** Parses a whole expression, including conditional ones. */
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

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;

function parseCompare(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  const left = parseSum(tokens);
  const rest: { operator: Comparison; right: Expression }[] = [];
  for (;;) {
    const operator = comparison(tokens);
    if (!operator) return rest.length === 0 ? left : { type: 'compare', left, rest, offset };
    rest.push({ operator, right: parseSum(tokens) });
  }
}

function comparison(tokens: Tokens): Comparison | undefined {
  const { current, next } = tokens;
  const sign = current.type === 'operator' ? COMPARISONS.find((one) => one === current.text) : undefined;
  if (sign !== undefined) {
    tokens.take();
    return sign;
  }
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
  (operand: Parse, operators: readonly Operator[]): Parse =>
  (tokens) => {
    let left = operand(tokens);
    for (let links = 0; ; links = tokens.link(links)) {
      const { type, text, offset } = tokens.current;
      const operator = type === 'operator' ? operators.find((one) => one === text) : undefined;
      if (operator === undefined) return left;
      tokens.take();
      left = { type: 'binary', operator, left, right: operand(tokens), offset };
    }
  };

// Jinja's precedence, which differs from Python's: `~` binds tighter than `+`, and `**` is left-associative.
const parsePower = leftAssociative((tokens) => parseUnary(tokens), ['**']);
const parseProduct = leftAssociative(parsePower, ['*', '/', '//', '%']);
const parseSum = leftAssociative((tokens) => parseConcat(tokens), ['+', '-']);

function parseConcat(tokens: Tokens): Expression {
  const { offset } = tokens.current;
  const items = [parseProduct(tokens)];
  while (tokens.skip('operator', '~')) items.push(parseProduct(tokens));
  return oneOr(items, () => ({ type: 'concat', items, offset }));
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
