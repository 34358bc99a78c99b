import type { Target } from './ast.ts';
import { CONSTANTS, tupleEnds } from './parse-primary.ts';
import { mistake, type Tokens } from './tokens.ts';

/** Parses what `for` and `set` assign to. */
export function parseTarget(
  tokens: Tokens,
  {
    namespace = false,
    tuple = true,
    ends = [],
  }: { namespace?: boolean; tuple?: boolean; ends?: readonly string[] } = {},
): Target {
  const { offset } = tokens.current;
  if (namespace && tokens.next.type === 'operator' && tokens.next.text === '.') {
    const name = tokens.expect('name').text;
    tokens.take();
    return { type: 'namespace', name, attribute: tokens.expect('name').text, offset };
  }
  const items = [parseSingleTarget(tokens)];
  let isTuple = false;
  while (tuple && tokens.skip('operator', ',')) {
    isTuple = true;
    if (tupleEnds(tokens, ends) || tokens.op('=')) break;
    items.push(parseSingleTarget(tokens));
  }
  return isTuple ? { type: 'tuple', items, offset } : items[0]!;
}

function parseSingleTarget(tokens: Tokens): Target {
  const { offset } = tokens.current;
  if (tokens.skip('operator', '(')) {
    const inside = parseTarget(tokens, {});
    tokens.expect('operator', ')');
    return inside;
  }
  const token = tokens.expect('name');
  if (Object.hasOwn(CONSTANTS, token.text)) throw mistake(`can't assign to '${token.text}'`, token);
  return { type: 'name', name: token.text, offset };
}
