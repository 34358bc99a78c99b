import type { Document, Element, Node } from '@xmldom/xmldom';
import type { Namespaces } from './xml-select.ts';
import { below, isBlank, isElement, isText } from './xml-text.ts';

const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';
const NAME = /^[\p{L}_][\p{L}\p{N}\p{M}._·-]*$/u;

/** A name from a task: `name`, `prefix:name` or `{namespace}name`. */
interface XmlName {
  readonly local: string;
  readonly namespace: string | undefined;
}

/** A message about something that a task gives for a document. */
export class XmlMistake extends Error {}

function readName(name: string, namespaces: Namespaces): XmlName {
  const [, clark, inClark = ''] = /^\{(.*)\}(.+)$/.exec(name) ?? [];
  const [, prefix, local] = /^([^:]+):([^:]+)$/.exec(name) ?? [];
  const own = { local: clark === undefined ? (local ?? name) : inClark, prefix };
  if (!NAME.test(own.local)) throw new XmlMistake(`Invalid name: ${name}`);
  if (clark !== undefined || prefix === undefined) return { local: own.local, namespace: clark };
  const namespace = prefix === 'xml' ? XML : namespaces[prefix];
  if (namespace === undefined) throw new XmlMistake(`Undefined namespace prefix ${prefix} in ${name}`);
  return { local: own.local, namespace };
}

/** Makes an element for a place below a parent. It uses the prefix of its namespace there; if there is none, it declares one. */
export function makeElement(name: string, parent: Element, namespaces: Namespaces): Element {
  const { local, namespace } = readName(name, namespaces);
  const document = documentOf(parent);
  if (namespace === undefined) return document.createElementNS(null, local);
  const known = prefixOf(namespace, parent);
  if (known === '') return document.createElementNS(namespace, local);
  const prefix = known ?? freshPrefix(parent);
  const element = document.createElementNS(namespace, `${prefix}:${local}`);
  if (known === undefined) element.setAttributeNS(XMLNS, `xmlns:${prefix}`, namespace);
  return element;
}

/** The prefix of a namespace at a place; empty for the default namespace, undefined if it has none. */
function prefixOf(namespace: string, place: Element): string | undefined {
  if (namespace === XML) return 'xml';
  // An element between may declare the same prefix, or another default namespace.
  const means = (prefix: string): boolean => place.lookupNamespaceURI(prefix) === namespace;
  if (means('')) return '';
  const found = place.lookupPrefix(namespace) ?? '';
  return found !== '' && means(found) ? found : undefined;
}

/** Sets an attribute; tells whether that changed anything. */
export function setAttribute(
  element: Element,
  { name, value }: { readonly name: string; readonly value: string },
  namespaces: Namespaces,
): boolean {
  const { local, namespace } = readName(name, namespaces);
  const now = namespace === undefined ? element.getAttribute(local) : element.getAttributeNS(namespace, local);
  if (now === value) return false;
  if (namespace === undefined) {
    element.setAttribute(local, value);
    return true;
  }
  // The default namespace is not that of attributes.
  const known = prefixOf(namespace, element) || undefined;
  const prefix = known ?? freshPrefix(element);
  if (known === undefined) element.setAttributeNS(XMLNS, `xmlns:${prefix}`, namespace);
  element.setAttributeNS(namespace, `${prefix}:${local}`, value);
  return true;
}

function freshPrefix(place: Element): string {
  for (let number = 0; ; number++) if (place.lookupNamespaceURI(`ns${number}`) === null) return `ns${number}`;
}

function documentOf(node: Node): Document {
  if (node.ownerDocument === null) throw new Error('a node without a document');
  return node.ownerDocument;
}

/** An element's text, up to its first child element. */
export const leadingText = (element: Element): string =>
  leading(element)
    .map((node) => node.nodeValue ?? '')
    .join('');

function leading(element: Element): readonly Node[] {
  const all = below(element);
  const end = all.findIndex((node) => !isText(node));
  return end < 0 ? all : all.slice(0, end);
}

/** Replaces an element's text; tells whether that changed anything. */
export function setText(element: Element, text: string): boolean {
  if (leadingText(element) === text) return false;
  for (const node of leading(element)) element.removeChild(node);
  element.insertBefore(documentOf(element).createTextNode(text), element.firstChild);
  return true;
}

/** Removes a node, with the white space that follows it. */
export function removeNode(node: Node): void {
  const next = node.nextSibling;
  if (next !== null && isBlank(next)) next.parentNode?.removeChild(next);
  node.parentNode?.removeChild(node);
}

/** Everything in an element except for text. */
export const nodesIn = (element: Element): readonly Node[] => below(element).filter((node) => !isText(node));

/** What a node says, to compare it: without white space between elements, whatever the order of attributes. */
export function gist(node: Node): unknown {
  if (!isElement(node)) return [node.nodeType, node.nodeName, node.nodeValue];
  const all = below(node);
  const told = all.some(isElement) ? all.filter((one) => !isBlank(one)) : all;
  const attributes = [...node.attributes].map(({ name, value }) => [name, value]);
  return [node.nodeName, attributes.toSorted(), told.map(gist)];
}
