import type { Raw } from '../core/value.ts';
import { readBlockScalar } from './block-scalar.ts';
import { atEnd, type Cursor, isBlank, SyntaxMistake, skipBlanks, skipToToken } from './cursor.ts';
import { readFlow } from './flow.ts';
import { nested } from './limits.ts';
import { badIndent, missingColon, missingKey, notHere, trailing, unquotedBraces } from './mistakes.ts';
import { anchored, keyValue, type Properties, type Scalar, scalarValue, unknownTag } from './node.ts';
import { addPair, finishPairs, type Key, newPairs } from './pairs.ts';
import { setPlaces } from './places.ts';
import { readPlain } from './plain.ts';
import { readAlias, readProperty } from './properties.ts';
import { readQuoted } from './quoted.ts';

/** A value, and where it was written. */
export interface Node {
  readonly value: Raw;
  readonly from: number;
  readonly to: number;
}

/** The context of a node: the column it must exceed, whether a list may start on that column, and whether a dict may start on this line. */
interface NodePlace {
  readonly indent: number;
  readonly listAtIndent: boolean;
  readonly dictHere: boolean;
}

/** Read the node that starts at the next token. */
export function readNode(c: Cursor, place: NodePlace): Node {
  const before = c.pos;
  const line = c.lineStart;
  skipToToken(c);
  if (isOutside(c, place, line)) return { value: null, from: before, to: before };
  const dictHere = place.dictHere || c.lineStart !== line;
  const code = c.text.charCodeAt(c.pos);
  return code === 33 || code === 38
    ? readWithProperties(c, { ...place, dictHere })
    : readContent(c, { ...place, dictHere }, c.pos);
}

function isOutside(c: Cursor, place: NodePlace, line: number): boolean {
  if (atEnd(c)) return true;
  if (c.lineStart === line && c.pos !== c.lineStart) return false;
  const column = c.pos - c.lineStart;
  if (column > place.indent) return false;
  return !(place.listAtIndent && column === place.indent && isIndicator(c, 45));
}

const isIndicator = (c: Cursor, code: number): boolean =>
  c.text.charCodeAt(c.pos) === code && isBlank(c.text.charCodeAt(c.pos + 1));

// On the line of a key, a tag or anchor belongs to the key; on a line before it, to the whole dict.
function readWithProperties(c: Cursor, place: NodePlace): Node {
  const from = c.pos;
  const line = c.lineStart;
  let props: Properties | undefined;
  while (c.text.charCodeAt(c.pos) === 33 || c.text.charCodeAt(c.pos) === 38) {
    props = readProperty(c, props);
    skipBlanks(c);
    if (c.text.charCodeAt(c.pos) === 10 || c.text.charCodeAt(c.pos) === 35) skipToToken(c);
  }
  if (c.lineStart === line && !atEnd(c)) {
    return { ...readContent(c, place, from, props, from), from };
  }
  if (isOutside(c, place, line)) return { value: emptyWith(c, props, from), from, to: from };
  return readContent(c, { ...place, dictHere: true }, c.pos, props);
}

const emptyWith = (c: Cursor, props: Properties | undefined, at: number): Raw =>
  scalarValue(c, { text: '', plain: true, from: at, to: at }, props);

// `keyFrom`: where a key with the properties `props` would start.
function readContent(
  c: Cursor,
  { indent, dictHere }: NodePlace,
  start: number,
  props?: Properties,
  keyFrom?: number,
): Node {
  const code = c.text.charCodeAt(c.pos);
  const column = c.pos - c.lineStart;
  if (isIndicator(c, 45)) return readWhole(c, props, dictHere, () => readList(c, column, props));
  if (isIndicator(c, 63)) return readWhole(c, props, dictHere, () => readDict(c, column, props));
  if (code === 124 || code === 62) return readText(c, indent, props);
  const line = c.lineStart;
  const from = c.pos;
  const node = readAtom(c, code, indent, props);
  if (!isKey(c)) return { value: node.value(), from: start, to: c.pos };
  if (!dictHere || c.lineStart !== line) throw notHere(c, from, line);
  const dictProps = keyFrom === undefined ? props : undefined;
  const key = keyOf(c, node, keyFrom === undefined ? undefined : props, keyFrom ?? from);
  const value = unsafely(c, dictProps, () => readDict(c, (keyFrom ?? from) - c.lineStart, dictProps, key));
  return { value, from: start, to: c.pos };
}

function readWhole(c: Cursor, props: Properties | undefined, allowed: boolean, read: () => Raw): Node {
  const from = c.pos;
  if (!allowed)
    throw new SyntaxMistake(
      'block sequence entries are not allowed here',
      from,
      from + 1,
      'start the list on its own line',
    );
  return { value: unsafely(c, props, read), from, to: c.pos };
}

/** Reads what may be marked `!unsafe`: nothing in it is a template. */
function unsafely<T>(c: Cursor, props: Properties | undefined, read: () => T): T {
  if (props?.tag === '!unsafe') c.unsafe++;
  const value = read();
  if (props?.tag === '!unsafe') c.unsafe--;
  return value;
}

function readText(c: Cursor, indent: number, props: Properties | undefined): Node {
  const from = c.pos;
  const { text, from: contentFrom } = readBlockScalar(c, indent);
  const scalar = { text, plain: false, from, to: c.pos, contentFrom };
  return { value: scalarValue(c, scalar, props), from, to: c.pos };
}

/** Something that may be a value or a key. */
interface Atom {
  readonly scalar?: Scalar;
  readonly value: () => Raw;
  readonly to: number;
}

function readAtom(c: Cursor, code: number, indent: number, props: Properties | undefined): Atom {
  if (code === 42) return whole(c, readAlias(c));
  if (code === 91 || code === 123) return readFlowAtom(c, props);
  const scalar = readScalar(c, code, indent);
  return { scalar, to: c.pos, value: () => scalarValue(c, scalar, props) };
}

const whole = (c: Cursor, value: Raw): Atom => ({ value: () => value, to: c.pos });

// `{{ x }}` without quotes is a dict whose key is a dict; it is the most common error of all.
function readFlowAtom(c: Cursor, props: Properties | undefined): Atom {
  const from = c.pos;
  const braces = c.text.startsWith('{{', from) || c.text.startsWith('{%', from);
  try {
    const atom = whole(c, readFlow(c, props));
    if (!braces || isKey(c) || c.text.charCodeAt(c.pos) === 10 || c.pos >= c.text.length) return atom;
  } catch (error) {
    if (!braces || !(error instanceof SyntaxMistake)) throw error;
  }
  throw unquotedBraces(c, from);
}

const cannotStart = new Set(['%', '@', '`', ',', ']', '}', '|', '>']);

function readScalar(c: Cursor, code: number, indent: number): Scalar {
  const from = c.pos;
  if (code === 34 || code === 39) return { text: readQuoted(c), plain: false, from, to: c.pos };
  if (isIndicator(c, 58)) return { text: '', plain: true, from, to: from };
  if (cannotStart.has(c.text.charAt(from))) {
    const message = `found character "${c.text[from]}" that cannot start any token`;
    throw new SyntaxMistake(message, from, from + 1, 'put the text in quotes');
  }
  return { text: readPlain(c, indent, false), plain: true, from, to: c.pos };
}

function isKey(c: Cursor): boolean {
  let at = c.pos;
  while (c.text.charCodeAt(at) === 32 || c.text.charCodeAt(at) === 9) at++;
  if (c.text.charCodeAt(at) !== 58 || !isBlank(c.text.charCodeAt(at + 1))) return false;
  c.pos = at;
  return true;
}

function readList(c: Cursor, column: number, props: Properties | undefined): Raw {
  const items: Raw[] = [];
  const offsets: number[] = [];
  checkTag(c, props, ['!!seq', '!!omap', '!!pairs']);
  do {
    c.pos++;
    const item = nested(c, () => readNode(c, { indent: column, listAtIndent: false, dictHere: true }));
    items.push(item.value);
    offsets.push(-1, -1, item.from, item.to);
  } while (continues(c, column) && isIndicator(c, 45));
  setPlaces(items, c.source, offsets);
  return anchored(c, props, items);
}

function readDict(c: Cursor, column: number, props: Properties | undefined, first?: Key): Raw {
  const pairs = newPairs();
  checkTag(c, props, ['!!map', '!!set']);
  let key = first ?? readKey(c, column);
  for (;;) {
    const value = readValue(c, column);
    addPair(c, pairs, key, value);
    if (!continues(c, column) || isIndicator(c, 45)) break;
    key = readKey(c, column);
  }
  return anchored(c, props, finishPairs(c, pairs));
}

function readValue(c: Cursor, column: number): Node {
  if (!isIndicator(c, 58)) return { value: null, from: c.pos, to: c.pos };
  c.pos++;
  return nested(c, () => readNode(c, { indent: column, listAtIndent: true, dictHere: false }));
}

// Reads a key and stops at its colon.
function readKey(c: Cursor, column: number): Key {
  if (isIndicator(c, 63)) return readLongKey(c, column);
  const from = c.pos;
  const line = c.lineStart;
  let props: Properties | undefined;
  while (c.text.charCodeAt(c.pos) === 33 || c.text.charCodeAt(c.pos) === 38) {
    props = readProperty(c, props);
    skipBlanks(c);
  }
  const atom = readAtom(c, c.text.charCodeAt(c.pos), column, props);
  if (isKey(c) && c.lineStart === line) return keyOf(c, atom, props, from);
  if (c.lineStart !== line) throw missingColon(c, from, line);
  const end = Math.max(atom.to, from + 1);
  throw new SyntaxMistake(
    'could not find expected ":"',
    from,
    end,
    'each line of a dict must be "key: value", with a space after the colon',
  );
}

function readLongKey(c: Cursor, column: number): Key {
  const from = c.pos++;
  const node = nested(c, () => readNode(c, { indent: column, listAtIndent: false, dictHere: true }));
  continues(c, column);
  return plainKey(node.value, from, node.to);
}

function keyOf(c: Cursor, atom: Atom, props: Properties | undefined, from: number): Key {
  const { scalar } = atom;
  if (scalar === undefined) return plainKey(atom.value(), from, atom.to);
  if (scalar.plain && scalar.text === '' && props === undefined) throw missingKey(from);
  const merge = scalar.plain && scalar.text === '<<' && props?.tag === undefined;
  return { value: merge ? '<<' : keyValue(c, scalar, props), merge, from, to: scalar.to };
}

function plainKey(value: Raw, from: number, to: number): Key {
  if (typeof value !== 'object' || value === null) return { value, merge: false, from, to };
  throw new SyntaxMistake('a key must be a plain value, not a list or dict', from, to);
}

// Whether the collection at this column has another entry; moves the cursor to the next token.
function continues(c: Cursor, column: number): boolean {
  const line = c.lineStart;
  skipToToken(c);
  if (atEnd(c)) return false;
  const at = c.pos - c.lineStart;
  if (c.lineStart === line && at > 0 && c.text.slice(line, c.pos).trim() !== '') throw trailing(c);
  if (at > column) throw badIndent(c, at, column);
  return at === column;
}

function checkTag(c: Cursor, props: Properties | undefined, allowed: readonly string[]): void {
  if (props?.tag === undefined || props.tag === '!unsafe' || props.tag === '!' || allowed.includes(props.tag)) return;
  throw unknownTag(c, props.tag, c.pos);
}
