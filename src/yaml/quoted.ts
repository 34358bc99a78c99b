import { type Cursor, isMarker, SyntaxMistake } from './cursor.ts';

/** Read a scalar in single or double quotes, with the cursor at the opening quote. */
export const readQuoted = (c: Cursor): string => (c.text.charCodeAt(c.pos) === 39 ? readSingle(c) : readDouble(c));

function readSingle(c: Cursor): string {
  const open = c.pos;
  for (let from = open + 1; ; ) {
    const end = c.text.indexOf("'", from);
    if (end < 0) throw unclosed(c, open);
    if (c.text.charCodeAt(end + 1) !== 39) return finish(c, open, end, false).replaceAll("''", "'");
    from = end + 2;
  }
}

function readDouble(c: Cursor): string {
  const open = c.pos;
  for (let at = open + 1; at < c.text.length; at++) {
    const code = c.text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) return unescaped(c, finish(c, open, at, true), open);
  }
  throw unclosed(c, open);
}

// The text between the quotes, with its lines folded but its escapes unresolved.
function finish(c: Cursor, open: number, close: number, escapes: boolean): string {
  const text = c.text.slice(open + 1, close);
  c.pos = close + 1;
  if (!text.includes('\n')) return text;
  checkMarkers(c, open, close);
  c.lineStart = c.text.lastIndexOf('\n', close) + 1;
  return foldQuoted(text, escapes);
}

function checkMarkers(c: Cursor, open: number, close: number): void {
  for (let at = c.text.indexOf('\n', open); at >= 0 && at < close; at = c.text.indexOf('\n', at + 1)) {
    if (isMarker(c.text, at + 1)) throw unclosed(c, open);
  }
}

function foldQuoted(text: string, escapes: boolean): string {
  const [first = '', ...lines] = text.split('\n');
  let folded = first;
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    const rest = line.replace(/^[ \t]+/, '');
    breaks++;
    if (rest === '' && index < lines.length - 1) continue;
    folded = joinLines(folded, breaks, rest, escapes);
    breaks = 0;
  }
  return folded;
}

function joinLines(before: string, breaks: number, after: string, escapes: boolean): string {
  const escaped = escapes && /(?:^|[^\\])(?:\\\\)*\\$/.test(before);
  const head = escaped ? before.slice(0, -1) : before.replace(/[ \t]+$/, '');
  if (breaks > 1) return head + '\n'.repeat(breaks - 1) + after;
  return escaped ? head + after : `${head} ${after}`;
}

const meanings: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function unescaped(c: Cursor, text: string, open: number): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))/g, (_, x, u, U, one) => {
    const hex = x ?? u ?? U;
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16), c, open);
    const meaning = meanings[one];
    if (meaning === undefined) throw unknownEscape(c, one, open);
    return meaning;
  });
}

function codePoint(code: number, c: Cursor, open: number): string {
  if (code > 0x10ffff) throw new SyntaxMistake('there is no character with this code', open, c.pos);
  return code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code);
}

function unknownEscape(c: Cursor, one: string, open: number): SyntaxMistake {
  const at = c.text.indexOf(`\\${one}`, open);
  const hint = 'in double quotes, write a backslash twice; in single quotes, once';
  return new SyntaxMistake(`unknown escape "\\${one}" in double quotes`, at, at + 2, hint);
}

const unclosed = (c: Cursor, open: number): SyntaxMistake =>
  new SyntaxMistake('this quote is never closed', open, open + 1, `end the text with ${c.text[open]}`);
