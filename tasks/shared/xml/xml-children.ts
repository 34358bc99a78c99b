import type { Element } from '@xmldom/xmldom';
import { isObject } from '../json.ts';
import { makeElement, setAttribute, setText, XmlMistake } from './xml-change.ts';
import type { Namespaces } from './xml-select.ts';
import { readXml } from './xml-text.ts';

/** Makes the elements that a task gives as text in XML. */
export function childrenFromXml(given: readonly unknown[], parent: Element): readonly Element[] {
  return given.map((one) => {
    if (typeof one !== 'string') throw new XmlMistake('with input_type=xml, each child must be a string');
    const read = readXml(one, { withoutBlanks: false, withoutCdata: false });
    const root = read.ok ? read.document.documentElement : null;
    if (!read.ok || root === null)
      throw new XmlMistake(`Error while parsing child element: ${read.ok ? 'it is empty' : read.why}`);
    const document = parent.ownerDocument;
    return document === null ? root : document.importNode(root, true);
  });
}

/** Makes the elements that a task gives as values: `name`, `name: text`, or `name` with attributes and, in `_`, children. */
export const childrenFromValues = (
  given: readonly unknown[],
  parent: Element,
  namespaces: Namespaces,
): readonly Element[] => given.map((one) => childFromValue(one, parent, namespaces));

function childFromValue(given: unknown, parent: Element, namespaces: Namespaces): Element {
  if (typeof given === 'string') return makeElement(given, parent, namespaces);
  if (!isObject(given))
    throw new XmlMistake(`Invalid child type: ${kindWord(given)}. Children must be either strings or hashes.`);
  const [only, ...others] = Object.entries(given);
  if (only === undefined || others.length > 0)
    throw new XmlMistake('Can only create children from hashes with one key');
  const [name, content] = only;
  const element = makeElement(name, parent, namespaces);
  fill(element, content, namespaces);
  return element;
}

function fill(element: Element, content: unknown, namespaces: Namespaces): void {
  if (!isObject(content)) {
    const text = plainText(content, element.nodeName);
    if (text !== '') setText(element, text);
    return;
  }
  const { _: children = [], '+value': text, ...attributes } = content;
  for (const [name, value] of Object.entries(attributes))
    setAttribute(element, { name, value: plainText(value, name) }, namespaces);
  if (text !== undefined) setText(element, plainText(text, element.nodeName));
  if (!Array.isArray(children)) throw new XmlMistake(`Invalid children type: ${kindWord(children)}, must be list.`);
  for (const child of childrenFromValues(children, element, namespaces)) element.appendChild(child);
}

/** A value as the text of an element or an attribute. */
export function plainText(value: unknown, place: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const way = typeof value === 'boolean' ? `: put it in quotes, as in "${value}"` : '';
  throw new XmlMistake(`the value of ${place} must be text, but it is a ${kindWord(value)}${way}`);
}

function kindWord(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) return 'dict';
  return typeof value === 'boolean' ? 'boolean' : typeof value;
}
