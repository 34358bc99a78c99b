import type { Raw } from '../core/value.ts';
import { type Cursor, isBlank, SyntaxMistake } from './cursor.ts';
import { countAlias } from './limits.ts';
import type { Properties } from './node.ts';
import { isFlowIndicator } from './plain.ts';

const standard = 'tag:yaml.org,2002:';

/** Read one tag (`!…`) or anchor (`&…`) and add it to those read before. */
export function readProperty(c: Cursor, before: Properties | undefined): Properties {
  const isTag = c.text.charCodeAt(c.pos) === 33;
  const from = c.pos;
  const word = isTag ? readTag(c) : readName(c);
  if (before !== undefined && (isTag ? before.tag : before.anchor) !== undefined) {
    throw new SyntaxMistake(`a second ${isTag ? 'tag' : 'anchor'} for the same value`, from, c.pos);
  }
  if (word === '!unsafe') {
    c.source.unsafeTags ??= [];
    c.source.unsafeTags.push(from);
  }
  return isTag ? { ...before, tag: word } : { ...before, anchor: word };
}

function readTag(c: Cursor): string {
  if (c.text.charCodeAt(c.pos + 1) !== 60) return shortTag(readWord(c));
  const end = c.text.indexOf('>', c.pos);
  if (end < 0) throw new SyntaxMistake('this tag is never closed', c.pos);
  const tag = c.text.slice(c.pos + 2, end);
  c.pos = end + 1;
  return shortTag(tag);
}

const shortTag = (tag: string): string => (tag.startsWith(standard) ? `!!${tag.slice(standard.length)}` : tag);

/** The value that an alias (`*name`) refers to, with the cursor at the star. */
export function readAlias(c: Cursor): Raw {
  const from = c.pos;
  const name = readName(c);
  const value = c.anchors.get(name);
  if (value !== undefined) {
    countAlias(c, value, from);
    return value;
  }
  const hint = 'put text that starts with "*" in quotes';
  throw new SyntaxMistake(`no anchor "&${name}" before this`, from, c.pos, hint);
}

const anchorName = /[\w-]*/y;

function readName(c: Cursor): string {
  const from = c.pos;
  anchorName.lastIndex = from + 1;
  const [name = ''] = anchorName.exec(c.text) ?? [];
  c.pos = from + 1 + name.length;
  const after = c.text.charCodeAt(c.pos);
  if (name !== '' && (isBlank(after) || isFlowIndicator(after) || c.text[c.pos] === ':')) return name;
  throw new SyntaxMistake(`expected a name after "${c.text[from]}"`, from, c.pos + 1, 'put the text in quotes');
}

function readWord(c: Cursor): string {
  const from = c.pos++;
  while (!isBlank(c.text.charCodeAt(c.pos)) && !isFlowIndicator(c.text.charCodeAt(c.pos))) c.pos++;
  return c.text.slice(from, c.pos);
}
