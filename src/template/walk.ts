import type { Expression, Statement } from './ast.ts';

/** Visits every node of a tree, parents first. */
export function walk(
  node: Expression | Statement | readonly Statement[],
  visit: (node: Expression | Statement) => void,
): void {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, visit);
    return;
  }
  visit(node as Expression | Statement);
  for (const child of Object.values(node)) if (child !== null && typeof child === 'object') walkInto(child, visit);
}

/** Nodes have a type and an offset; anything in between is traversed. */
function walkInto(part: object, visit: (node: Expression | Statement) => void): void {
  if ('type' in part && 'offset' in part) walk(part as Expression, visit);
  else if (!(part instanceof Map))
    for (const child of Object.values(part)) if (child !== null && typeof child === 'object') walkInto(child, visit);
}
