import type { Expression } from './ast.ts';
import { SyntaxMistake, type Token } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import { describeToken, mistake, type Tokens } from './tokens.ts';

/** The words that denote values. */
export const CONSTANTS: Record<string, boolean | null> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** Parses a name, a literal, or an expression in brackets. */
export function parsePrimary(tokens: Tokens): Expression {
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
  return mistake(`unexpected '${describeToken(token)}'`, token);
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

/** Parses something that may be a tuple: `{{ a, b }}`, `for … in a, b`, `set x = a, b`. */
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
    throw mistake(`Expected an expression, got '${describeToken(tokens.current)}'`, tokens.current);
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
