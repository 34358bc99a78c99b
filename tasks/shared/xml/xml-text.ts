import { DOMParser, type Document, type DocumentType, type Element, type Node } from '@xmldom/xmldom';

/** How to read a document. */
interface Reading {
  /** Leave out white space between elements, so that it can be indented anew. */
  readonly withoutBlanks: boolean;
  /** Turn CDATA sections into plain text. */
  readonly withoutCdata: boolean;
}

/** Parses a document; if it is not well-formed, says why. */
export function readXml(
  text: string,
  reading: Reading,
): { readonly ok: true; readonly document: Document } | { readonly ok: false; readonly why: string } {
  const whys: string[] = [];
  const refuse = (_level: string, why: string): never => {
    whys.push(why);
    throw new Error(why);
  };
  try {
    const document = new DOMParser({ onError: refuse }).parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml');
    if (reading.withoutCdata) dropCdata(document);
    if (reading.withoutBlanks) dropBlanks(document);
    return { ok: true, document };
  } catch (error) {
    return { ok: false, why: explained(whys[0] ?? (error instanceof Error ? error.message : String(error))) };
  }
}

const explained = (why: string): string =>
  why.startsWith('entity not found:')
    ? `${why.replace('entity not found:', 'unknown entity ')}: entities that a document declares are not supported`
    : why;

/** Everything directly below a node. */
export const below = (node: Node): readonly Node[] => [...(node.childNodes ?? [])];

/** Whether a node is an element. */
export const isElement = (node: Node): node is Element => node.nodeType === 1;

/** Whether a node is text, in a CDATA section or not. */
export const isText = (node: Node): boolean => node.nodeType === 3 || node.nodeType === 4;

/** Whether a node is nothing but white space. */
export const isBlank = (node: Node): boolean => node.nodeType === 3 && /^[ \t\r\n]*$/.test(node.nodeValue ?? '');

function dropCdata(node: Node): void {
  for (const one of below(node)) {
    if (one.nodeType === 4 && node.ownerDocument !== null)
      node.replaceChild(node.ownerDocument.createTextNode(one.nodeValue ?? ''), one);
    else dropCdata(one);
  }
}

/** White space counts where an element also has text, and where `xml:space` keeps it. */
function dropBlanks(node: Node): void {
  if (isElement(node) && node.getAttribute('xml:space') === 'preserve') return;
  const all = below(node);
  const isMixed = all.some((one) => isText(one) && !isBlank(one));
  const isOnlyText = all.every(isText);
  for (const one of all) {
    if (isBlank(one) && !isMixed && !isOnlyText) node.removeChild(one);
    else dropBlanks(one);
  }
}

/** Writes a document in UTF-8; `pretty`: indented. Comments above and below the root element stay on lines of their own. */
export function writeXml(document: Document, { pretty }: { readonly pretty: boolean }): string {
  const parts = below(document)
    .filter((node) => !isText(node) && !(node.nodeType === 7 && node.nodeName === 'xml'))
    .map((node) => writeNode(node, pretty ? '\n' : undefined));
  return `<?xml version='1.0' encoding='UTF-8'?>\n${parts.join('\n')}${pretty ? '\n' : ''}`;
}

/** A node as text. `newline`: a line break and the indentation; undefined if nothing is indented. */
function writeNode(node: Node, newline: string | undefined): string {
  const value = node.nodeValue ?? '';
  if (isElement(node)) return writeElement(node, newline);
  switch (node.nodeType) {
    case 3:
      return escaped(value);
    case 4:
      return `<![CDATA[${value}]]>`;
    case 7:
      return value === '' ? `<?${node.nodeName}?>` : `<?${node.nodeName} ${value}?>`;
    case 8:
      return `<!--${value}-->`;
    case 10:
      return writeDoctype(node);
    default:
      return '';
  }
}

function writeElement(element: Element, newline: string | undefined): string {
  const attributes = [...element.attributes];
  const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');
  const written = [
    ...attributes.filter(({ name }) => isDeclaration(name)),
    ...attributes.filter(({ name }) => !isDeclaration(name)),
  ].map(({ name, value }) => ` ${name}="${escapedAttribute(value)}"`);
  const start = `<${element.nodeName}${written.join('')}`;
  const children = below(element);
  if (children.length === 0) return `${start}/>`;
  // An element with text keeps all of its white space.
  const isFilled = children.some(isText);
  const inner = newline === undefined || isFilled ? undefined : `${newline}  `;
  const content = children.map((one) => `${inner ?? ''}${writeNode(one, inner)}`).join('');
  return `${start}>${content}${inner === undefined ? '' : newline}</${element.nodeName}>`;
}

const isDoctype = (node: Node): node is DocumentType => node.nodeType === 10;

function writeDoctype(node: Node): string {
  if (!isDoctype(node)) return '';
  const quoted = (id: string): string => (/^(".*"|'.*')$/s.test(id) ? id : `"${id}"`);
  const { name, publicId = '', systemId = '', internalSubset = '' } = node;
  const systemPart = publicId === '' ? 'SYSTEM ' : `PUBLIC ${quoted(publicId)} `;
  const external = systemId === '' ? '' : ` ${systemPart}${quoted(systemId)}`;
  return `<!DOCTYPE ${name}${external}${internalSubset === '' ? '' : ` [${internalSubset}]`}>`;
}

const escaped = (text: string): string => text.replace(/[&<>\r]/g, (char) => ENTITY[char] ?? char);
const escapedAttribute = (text: string): string => text.replace(/[&<>"\t\n\r]/g, (char) => ENTITY[char] ?? char);

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
