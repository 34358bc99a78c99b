import type { Raw } from '../core/value.ts';
import { type Cursor, isBlank, SyntaxMistake, skipToToken } from './cursor.ts';
import { nested } from './limits.ts';
import { missingKey } from './mistakes.ts';
import { anchored, keyValue, type Properties, type Scalar, scalarValue, unknownTag } from './node.ts';
import { addPair, finishPairs, type Key, newPairs } from './pairs.ts';
import { setPlaces } from './places.ts';
import { isFlowIndicator, readPlain } from './plain.ts';
import { readAlias, readProperty } from './properties.ts';
import { readQuoted } from './quoted.ts';

/** Read `[…]` or `{…}` with the cursor at the opening bracket. */
export function readFlow(c: Cursor, props?: Properties): Raw {
  if (props?.tag === '!unsafe') c.unsafe++;
  const value = nested(c, () => (c.text.charCodeAt(c.pos) === 91 ? readFlowList(c, props) : readFlowDict(c, props)));
  if (props?.tag === '!unsafe') c.unsafe--;
  return anchored(c, props, value);
}

function readFlowList(c: Cursor, props?: Properties): Raw {
  const open = c.pos++;
  const items: Raw[] = [];
  const offsets: number[] = [];
  while (skipFlow(c, open) !== 93) {
    const from = c.pos;
    items.push(readEntry(c));
    offsets.push(-1, -1, from, c.pos);
    readComma(c, open, 93);
  }
  c.pos++;
  checkTag(c, props, ['!!seq', '!!omap', '!!pairs'], open);
  setPlaces(items, c.source, offsets);
  return items;
}

// An entry of a list may be a single pair: [a: 1].
function readEntry(c: Cursor): Raw {
  const from = c.pos;
  const explicit = isExplicitKey(c);
  const node = explicit ? readExplicitKey(c) : readFlowNode(c);
  if (skipFlow(c, from) !== 58) return explicit ? new Map([[keyOf(c, node).value, null]]) : node.value();
  if (!explicit) checkKey(node);
  const pairs = newPairs();
  readFlowPair(c, pairs, keyOf(c, node));
  return finishPairs(c, pairs);
}

function readFlowDict(c: Cursor, props?: Properties): Raw {
  const open = c.pos++;
  const pairs = newPairs();
  while (skipFlow(c, open) !== 125) {
    const explicit = isExplicitKey(c);
    const node = explicit ? readExplicitKey(c) : readFlowNode(c);
    if (!explicit) checkKey(node);
    const key = keyOf(c, node);
    if (skipFlow(c, open) === 58) readFlowPair(c, pairs, key);
    else addPair(c, pairs, key, { value: null, from: c.pos, to: c.pos });
    readComma(c, open, 125);
  }
  c.pos++;
  checkTag(c, props, ['!!map', '!!set'], open);
  return finishPairs(c, pairs);
}

function readFlowPair(c: Cursor, pairs: ReturnType<typeof newPairs>, key: Key): void {
  const open = c.pos++;
  const code = skipFlow(c, open);
  const from = c.pos;
  const value = code === 44 || code === 93 || code === 125 ? null : readFlowNode(c).value();
  addPair(c, pairs, key, { value, from, to: c.pos });
}

/** A node that may turn out to be a key: its scalar, if it is one, and its value on demand. */
interface FlowNode {
  readonly scalar?: Scalar;
  readonly props: Properties | undefined;
  readonly from: number;
  readonly to: number;
  readonly value: () => Raw;
}

function readFlowNode(c: Cursor): FlowNode {
  const from = c.pos;
  const props = readFlowProperties(c);
  const code = c.text.charCodeAt(c.pos);
  if (code === 91 || code === 123) return known(c, props, from, readFlow(c, props));
  if (code === 42) return known(c, props, from, readAlias(c));
  const scalar = readFlowScalar(c, code);
  return { scalar, props, from, to: c.pos, value: () => scalarValue(c, scalar, props) };
}

const known = (c: Cursor, props: Properties | undefined, from: number, value: Raw): FlowNode => ({
  props,
  from,
  to: c.pos,
  value: () => value,
});

function readFlowProperties(c: Cursor): Properties | undefined {
  let props: Properties | undefined;
  while (c.text.charCodeAt(c.pos) === 33 || c.text.charCodeAt(c.pos) === 38) {
    props = readProperty(c, props);
    skipFlow(c, c.pos);
  }
  return props;
}

function readFlowScalar(c: Cursor, code: number): Scalar {
  const from = c.pos;
  if (code === 34 || code === 39) return { text: readQuoted(c), plain: false, from, to: c.pos };
  if (code === 58 && isBlank(c.text.charCodeAt(c.pos + 1))) return { text: '', plain: true, from, to: from };
  if (cannotStart.has(c.text.charAt(from))) throw new SyntaxMistake(`"${c.text[from]}" cannot start a value`, from);
  const text = readPlain(c, -1, true);
  if (text === '' && !isFlowIndicator(code)) throw new SyntaxMistake(`"${c.text[from]}" cannot start a value`, from);
  if (text === '' && code !== 44) return { text, plain: true, from, to: from };
  if (text === '') throw new SyntaxMistake('a value is expected before this comma', from);
  return { text, plain: true, from, to: c.pos };
}

const cannotStart = new Set(['|', '>', '%', '@', '`']);

const isExplicitKey = (c: Cursor): boolean => c.text.charCodeAt(c.pos) === 63 && isBlank(c.text.charCodeAt(c.pos + 1));

function readExplicitKey(c: Cursor): FlowNode {
  c.pos++;
  skipFlow(c, c.pos);
  return readFlowNode(c);
}

/** Only an explicit key (`?`) may be empty. */
function checkKey({ scalar, props, from }: FlowNode): void {
  if (scalar?.plain === true && scalar.text === '' && props === undefined) throw missingKey(from);
}

function keyOf(c: Cursor, node: FlowNode): Key {
  const { from, to, scalar, props } = node;
  if (scalar !== undefined) {
    const merge = scalar.plain && scalar.text === '<<' && props?.tag === undefined;
    return { value: merge ? '<<' : keyValue(c, scalar, props), merge, from, to };
  }
  const value = node.value();
  if (typeof value !== 'object' || value === null) return { value, merge: false, from, to };
  throw new SyntaxMistake('a key must be a plain value, not a list or dict', from, to);
}

function readComma(c: Cursor, open: number, close: number): void {
  const code = skipFlow(c, open);
  if (code === 44) c.pos++;
  else if (code !== close) {
    throw new SyntaxMistake(`"," or "${String.fromCharCode(close)}" is expected here`, c.pos, c.pos + 1);
  }
}

function skipFlow(c: Cursor, open: number): number {
  for (;;) {
    const code = c.text.charCodeAt(c.pos);
    if (code === 9) c.pos++;
    else if (code === 32 || code === 10 || code === 35) {
      const before = c.pos;
      skipBlanksAndTabs(c);
      if (c.pos === before) return code;
    } else if (Number.isNaN(code)) {
      throw new SyntaxMistake(`this "${c.text[open]}" is never closed`, open);
    } else return code;
  }
}

function skipBlanksAndTabs(c: Cursor): void {
  while (c.text.charCodeAt(c.pos) === 32 || c.text.charCodeAt(c.pos) === 9) c.pos++;
  const code = c.text.charCodeAt(c.pos);
  if (code !== 10 && code !== 35) return;
  if (code === 10) c.lineStart = ++c.pos;
  else skipToToken(c);
}

function checkTag(c: Cursor, props: Properties | undefined, allowed: readonly string[], before: number): void {
  if (props?.tag === undefined || props.tag === '!unsafe' || props.tag === '!' || allowed.includes(props.tag)) return;
  throw unknownTag(c, props.tag, before);
}
