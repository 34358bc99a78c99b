import type { Document, Element, Node } from '@xmldom/xmldom';
import { pythonJson } from '../text.ts';
import { gist, leadingText, nodesIn, removeNode, setAttribute, setText, XmlMistake } from './xml-change.ts';
import { childrenFromValues, childrenFromXml, plainText } from './xml-children.ts';
import { fullName, isAttribute, type Namespaces, nodePath, selectXml } from './xml-select.ts';
import { spawn } from './xml-spawn.ts';
import { isElement, isText } from './xml-text.ts';

/** What a task says about the nodes that its XPath expression matches. */
interface XmlEdit {
  readonly xpath?: string | undefined;
  readonly namespaces: Namespaces;
  readonly state: 'absent' | 'present';
  readonly attribute?: unknown;
  readonly value?: unknown;
  readonly add_children?: readonly unknown[] | undefined;
  readonly set_children?: readonly unknown[] | undefined;
  readonly count: boolean;
  readonly print_match: boolean;
  readonly content?: 'attribute' | 'text' | undefined;
  readonly input_type: 'xml' | 'yaml';
  readonly insertbefore: boolean;
  readonly insertafter: boolean;
  readonly create_if_missing: boolean;
}

/** Whether a document was changed, what was found in it, or why it cannot be edited. */
type XmlEdited =
  | { readonly changed: boolean; readonly told?: Readonly<Record<string, unknown>> }
  | { readonly failed: string };

/** Makes the changes of a task to a document. */
export function editXml(document: Document, edit: XmlEdit): XmlEdited {
  const root = document.documentElement;
  if (root === null) return { failed: 'the document is empty' };
  if (edit.xpath === undefined) return { changed: false };
  const found = selectXml(edit.xpath, root, edit.namespaces);
  if ('failed' in found) return found;
  try {
    // An expression such as `a/@b='c'` says what should be; any other value cannot be made.
    if (!('nodes' in found)) return { changed: found.value !== true && spawn(edit.xpath, root, edit.namespaces) };
    if (edit.count || edit.print_match || edit.content !== undefined) return told(found.nodes, edit);
    if (edit.state === 'absent') return { changed: deleted(found.nodes, edit.xpath) };
    return { changed: changed(found.nodes, edit, root) };
  } catch (error) {
    if (error instanceof XmlMistake) return { failed: error.message };
    throw error;
  }
}

function told(nodes: readonly Node[], { xpath = '', count, content }: XmlEdit): XmlEdited {
  if (count) return { changed: false, told: { count: nodes.length, msg: `found ${nodes.length} nodes` } };
  if (content === undefined) {
    const matches = nodes.map(nodePath);
    return { changed: false, told: { matches, msg: `selector '${xpath}' match: ${pythonJson(matches)}` } };
  }
  const elements = nodes.filter(isElement);
  if (elements.length === 0) throw new XmlMistake(`Xpath ${xpath} does not reference a node!`);
  const matches = elements.map((one) => ({
    [fullName(one)]: content === 'text' ? leadingText(one) || null : attributesOf(one),
  }));
  return { changed: false, told: { matches, count: matches.length, msg: matches.length } };
}

const attributesOf = (element: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...element.attributes]
      .filter(({ name }) => !/^xmlns(:|$)/.test(name))
      .map((attribute) => [fullName(attribute), attribute.value]),
  );

function deleted(nodes: readonly Node[], xpath: string): boolean {
  for (const node of nodes) {
    if (isAttribute(node)) node.ownerElement?.removeAttributeNode(node);
    else if (isText(node) || node.parentNode?.nodeType !== 1)
      throw new XmlMistake(
        `Couldn't delete xpath target: ${xpath} (only attributes, comments and elements below the root element can be removed)`,
      );
    else removeNode(node);
  }
  return nodes.length > 0;
}

function changed(nodes: readonly Node[], edit: XmlEdit, root: Element): boolean {
  const { xpath = '', namespaces, add_children, set_children, value, attribute, create_if_missing } = edit;
  if (add_children !== undefined) return addedChildren(nodes.filter(isElement), edit);
  if (set_children !== undefined) return childrenSet(nodes.filter(isElement), edit);
  const isGiven = value !== undefined && value !== null;
  if (nodes.length > 0) return isGiven ? valueSet(nodes, edit) : emptied(nodes);
  if (isGiven && !create_if_missing) return false;
  const made = spawn(xpath, root, namespaces);
  if (!isGiven) return made;
  const found = selectXml(xpath, root, namespaces);
  if ('nodes' in found) return valueSet(found.nodes, edit) || made;
  throw new XmlMistake(
    attribute === undefined ? `Xpath ${xpath} does not reference a node!` : `Xpath ${xpath} matches nothing`,
  );
}

/** An attribute that is only named is empty; anything else only has to exist. */
function emptied(nodes: readonly Node[]): boolean {
  const filled = nodes.filter(isAttribute).filter(({ value }) => value !== '');
  for (const { ownerElement, name } of filled) ownerElement?.setAttribute(name, '');
  return filled.length > 0;
}

function valueSet(nodes: readonly Node[], { xpath = '', attribute, value, namespaces }: XmlEdit): boolean {
  const set = nodes.map((node) => {
    if (!isElement(node))
      throw new XmlMistake(
        `Xpath ${xpath} does not reference a node!${isAttribute(node) ? ' To set an attribute, name it with attribute, and its element with xpath.' : ''}`,
      );
    if (attribute === undefined || attribute === null) return setText(node, plainText(value, node.nodeName));
    const name = plainText(attribute, 'attribute');
    return setAttribute(node, { name, value: plainText(value, name) }, namespaces);
  });
  return set.some((one) => one);
}

const childrenFor = (given: readonly unknown[], parent: Element, edit: XmlEdit): readonly Element[] =>
  edit.input_type === 'xml' ? childrenFromXml(given, parent) : childrenFromValues(given, parent, edit.namespaces);

/** As in Ansible, children are added in the last of several elements, before the first, or after the last. */
function addedChildren(places: readonly Element[], edit: XmlEdit): boolean {
  const beside = edit.insertbefore ? places[0] : places.at(-1);
  if (beside === undefined) return false;
  const isInside = !edit.insertbefore && !edit.insertafter;
  const parent = isInside ? beside : beside.parentNode;
  if (parent === null || !isElement(parent))
    throw new XmlMistake(`Xpath ${edit.xpath} is the root element: nothing can be put beside it`);
  const next = edit.insertbefore ? beside : afterText(beside);
  for (const child of childrenFor(edit.add_children ?? [], parent, edit))
    parent.insertBefore(child, isInside ? null : next);
  return (edit.add_children ?? []).length > 0;
}

function afterText(node: Node): Node | null {
  let next = node.nextSibling;
  while (next !== null && isText(next)) next = next.nextSibling;
  return next;
}

function childrenSet(places: readonly Element[], edit: XmlEdit): boolean {
  const last = places.at(-1);
  if (last === undefined) return false;
  const wanted = childrenFor(edit.set_children ?? [], last, edit);
  const isRight = (place: Element): boolean =>
    JSON.stringify(nodesIn(place).map(gist)) === JSON.stringify(place === last ? wanted.map(gist) : []);
  if (places.every(isRight)) return false;
  for (const place of places) for (const node of nodesIn(place)) removeNode(node);
  for (const child of wanted) last.appendChild(child);
  return true;
}
