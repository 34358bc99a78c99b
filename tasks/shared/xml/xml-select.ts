import type { Attr, Element, Node } from '@xmldom/xmldom';
import { below, isElement } from './xml-text.ts';
import { useNamespaces } from './xpath-engine.js';

/** The namespaces that prefixes in a task stand for. */
export type Namespaces = Readonly<Record<string, string>>;

/** What an XPath expression matches. */
type Selected =
  | { readonly nodes: readonly Node[] }
  /** An expression with a value, such as a comparison. */
  | { readonly value: string | number | boolean }
  | { readonly failed: string };

/** Evaluates an XPath expression; relative ones start at the root element. */
export function selectXml(expression: string, from: Node, namespaces: Namespaces): Selected {
  try {
    const found = useNamespaces(namespaces)(expression, from);
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return { value: found };
    return { nodes: (found ?? []).filter((node) => !isDeclaration(node)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const [, prefix] = /^Cannot resolve QName (.*)$/.exec(why) ?? [];
    return {
      failed:
        prefix === undefined
          ? `Syntax error in xpath expression: ${expression} (${why})`
          : `Xpath ${expression} causes a failure: Undefined namespace prefix ${prefix}`,
    };
  }
}

/** Whether a node is an attribute. */
export const isAttribute = (node: Node): node is Attr => node.nodeType === 2;

const isDeclaration = (node: Node): boolean => isAttribute(node) && /^xmlns(:|$)/.test(node.name);

/** A name with its namespace, as lxml writes it: `{http://example.org/}name`. */
export const fullName = ({ namespaceURI, localName, nodeName }: Node): string =>
  (namespaceURI ?? '') === '' ? nodeName : `{${namespaceURI}}${localName}`;

/** The path of a node, as libxml2 writes it: a number tells apart what has the same name. */
export function nodePath(node: Node): string {
  if (isAttribute(node)) return `${node.ownerElement === null ? '' : nodePath(node.ownerElement)}/@${node.name}`;
  const parent = node.parentNode;
  if (parent === null) return '';
  const step = stepOf(node);
  const alike = below(parent).filter((one) => stepOf(one) === step || (step === '*' && isElement(one)));
  const number = alike.length > 1 ? `[${alike.indexOf(node) + 1}]` : '';
  return `${nodePath(parent)}/${step}${number}`;
}

function stepOf(node: Node): string {
  if (isElement(node)) return hasDefaultNamespace(node) ? '*' : node.nodeName;
  const kinds: Readonly<Record<number, string>> = { 3: 'text()', 4: 'text()', 8: 'comment()' };
  return kinds[node.nodeType] ?? `processing-instruction('${node.nodeName}')`;
}

const hasDefaultNamespace = ({ namespaceURI, prefix }: Element): boolean =>
  (namespaceURI ?? '') !== '' && (prefix ?? '') === '';
