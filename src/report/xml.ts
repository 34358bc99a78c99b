/** An XML element: attributes without a value are left out, children are elements or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  readonly children?: readonly (XmlElement | string)[];
}

/** Formats a document with one element per line. Text is not indented. */
export const xmlDocument = (root: XmlElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, '')}\n`;

function elementText({ name, attributes = {}, children = [] }: XmlElement, indent: string): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapedAttribute(String(value))}"`)
    .join('');
  const open = `${indent}<${name}${given}`;
  if (children.length === 0) return `${open}/>`;
  if (children.every((child) => typeof child === 'string'))
    return `${open}>${children.map(escaped).join('')}</${name}>`;
  const inner = children.map((child) =>
    typeof child === 'string' ? escaped(child) : elementText(child, `${indent}  `),
  );
  return `${open}>\n${inner.join('\n')}\n${indent}</${name}>`;
}

// Characters that XML 1.0 does not allow even in escaped form: most control characters, lone surrogates, and U+FFFE and U+FFFF.
const forbidden =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string =>
  text
    .replace(forbidden, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');

/** Parsers turn unescaped line feeds and tabs in an attribute into blanks. */
const escapedAttribute = (text: string): string => escaped(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
