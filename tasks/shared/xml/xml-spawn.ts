import type { Element } from '@xmldom/xmldom';
import { makeElement, setAttribute, setText, XmlMistake } from './xml-change.ts';
import { type Namespaces, selectXml } from './xml-select.ts';
import { isElement } from './xml-text.ts';

/** An XPath expression that says what should exist: a path, and perhaps the value of its last step. */
interface Wish {
  /** `/a/b`, without the last step. */
  readonly parent: string;
  /** `c[@d='e']`, `@f` or `text()`. */
  readonly last: string;
  readonly value: string | undefined;
}

/** Makes what an XPath expression describes but does not find; tells whether that changed anything. */
export function spawn(xpath: string, from: Element, namespaces: Namespaces): boolean {
  const wish = readWish(xpath);
  if (wish === undefined) throw new XmlMistake(`Can't process Xpath ${xpath} in order to spawn nodes!`);
  if (wish.last === 'text()') return spawnText(wish, from, namespaces, xpath);
  const places = placesFor(wish.parent, from, namespaces, xpath);
  const [, attribute] = /^@(.+)$/.exec(wish.last) ?? [];
  if (attribute !== undefined) {
    const set = places.map((place) => setAttribute(place, { name: attribute, value: wish.value ?? '' }, namespaces));
    return set.some((changed) => changed);
  }
  const last = places.at(-1);
  if (last !== undefined) addElement(last, wish.last, namespaces);
  return last !== undefined;
}

/** `a/text()='x'`: a further element `a` with this text. At the start, it is the text of the element itself. */
function spawnText({ parent, value = '' }: Wish, from: Element, namespaces: Namespaces, xpath: string): boolean {
  if (parent === '.') return setText(from, value);
  const above = readWish(parent);
  const place = above && placesFor(above.parent, from, namespaces, xpath).at(-1);
  if (above === undefined || place === undefined || above.last.startsWith('@'))
    throw new XmlMistake(`Can't process Xpath ${xpath} in order to spawn nodes!`);
  setText(addElement(place, above.last, namespaces), value);
  return true;
}

/** The elements in which to make something; they are made, too, if there are none. */
function placesFor(parent: string, from: Element, namespaces: Namespaces, xpath: string): readonly Element[] {
  const find = (): readonly Element[] => {
    const found = selectXml(parent, from, namespaces);
    if ('failed' in found) throw new XmlMistake(found.failed);
    return 'nodes' in found ? found.nodes.filter(isElement) : [];
  };
  const places = find();
  if (places.length > 0) return places;
  if (readWish(parent) === undefined)
    throw new XmlMistake(`Can't process Xpath ${xpath} in order to spawn nodes: there is no ${parent}`);
  spawn(parent, from, namespaces);
  return find();
}

function addElement(place: Element, step: string, namespaces: Namespaces): Element {
  const [, name = step, predicates] = /^([^[]+)\[(.*)\]$/s.exec(step) ?? [];
  const element = makeElement(name, place, namespaces);
  place.appendChild(element);
  for (const predicate of predicates === undefined ? [] : splitOutside(predicates, ' and ')) {
    // It holds already if one before it made it so.
    const found = selectXml(predicate, element, namespaces);
    if ('failed' in found) throw new XmlMistake(found.failed);
    const holds = 'nodes' in found ? found.nodes.length > 0 : found.value === true;
    if (!holds) spawn(`./${predicate.trim()}`, element, namespaces);
  }
  return element;
}

const STEP = /^(?:[\p{L}_][\p{L}\p{N}._-]*:)?[\p{L}_][\p{L}\p{N}._-]*(?:\[.*\])?$/su;
const ATTRIBUTE = /^@(?:[\p{L}_][\p{L}\p{N}._-]*:)?[\p{L}_][\p{L}\p{N}._-]*$/u;

/** Reads an XPath expression that describes one thing; undefined if it is more complicated than that. */
function readWish(xpath: string): Wish | undefined {
  const [path = '', ...values] = splitOutside(xpath, '=');
  const [, , value] = /^(["'])(.*)\1$/s.exec(values.join('=').trim()) ?? [];
  if (values.length > 0 && value === undefined) return undefined;
  const steps = splitOutside(path.trim(), '/');
  const last = steps.at(-1) ?? '';
  const parent = steps.slice(0, -1).join('/');
  const isValued = ATTRIBUTE.test(last) || last === 'text()';
  if (
    parent === '' ||
    parent === '/' ||
    !(isValued ? isValuedRight(last, value) : STEP.test(last) && value === undefined)
  )
    return undefined;
  return { parent, last, value };
}

const isValuedRight = (last: string, value: string | undefined): boolean => last !== 'text()' || value !== undefined;

/** Splits an expression, but not within brackets and quotes. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; ) {
    const char = text[at] ?? '';
    if (quote === '' && depth === 0 && text.startsWith(separator, at)) {
      parts.push('');
      at += separator.length;
      continue;
    }
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else depth += Number('[('.includes(char)) - Number('])'.includes(char));
    parts.push(`${parts.pop() ?? ''}${char}`);
    at += 1;
  }
  return parts;
}
