import type { Node } from '@xmldom/xmldom';

/** Makes a function that evaluates an XPath expression, in which these prefixes stand for these namespaces. */
export function useNamespaces(
  namespaces: Readonly<Record<string, string>>,
): (expression: string, node: Node) => readonly Node[] | string | number | boolean | null;
