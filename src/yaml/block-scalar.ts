import { type Cursor, isBlank, SyntaxMistake, skipBlanks, skipLine } from './cursor.ts';

/** The text of a `|` or `>` scalar, and where its first line of content starts. */
interface BlockText {
  readonly text: string;
  readonly from: number;
}

/** Read a block scalar with the cursor at `|` or `>`; its lines are indented by more than `indent`. */
export function readBlockScalar(c: Cursor, indent: number): BlockText {
  const folded = c.text.charCodeAt(c.pos) === 62;
  const { chomp, increment } = readHeader(c);
  const least = Math.max(indent + 1, 1);
  const width = increment > 0 ? least + increment - 1 : Math.max(least, detectIndent(c));
  const from = c.pos + width;
  const { lines, ended } = readLines(c, width);
  return { text: chomped(lines, chomp, ended, folded), from };
}

function readHeader(c: Cursor): { chomp: string; increment: number } {
  const header = /[-+1-9]{0,2}/y;
  header.lastIndex = c.pos + 1;
  const [flags = ''] = header.exec(c.text) ?? [];
  const from = c.pos;
  c.pos += 1 + flags.length;
  const afterFlags = c.text.charCodeAt(c.pos);
  skipBlanks(c);
  if (c.text.charCodeAt(c.pos) === 35 && isBlank(afterFlags)) skipLine(c);
  if (c.pos < c.text.length && c.text.charCodeAt(c.pos) !== 10) throw badHeader(c, from);
  c.lineStart = Math.min(++c.pos, c.text.length);
  c.pos = c.lineStart;
  return { chomp: flags.replace(/\d/, ''), increment: Number(flags.replace(/\D/g, '')) };
}

const badHeader = (c: Cursor, from: number): SyntaxMistake =>
  new SyntaxMistake(
    `after "${c.text[from]}", the text must start on the next line`,
    c.pos,
    c.pos + 1,
    `put quotes around the text if the "${c.text[from]}" is part of it`,
  );

// Leading empty lines count, as in PyYAML: they may be longer than the first line of text.
function detectIndent(c: Cursor): number {
  let deepest = 0;
  for (let at = c.pos; at < c.text.length; ) {
    let end = at;
    while (c.text.charCodeAt(end) === 32) end++;
    deepest = Math.max(deepest, end - at);
    if (c.text.charCodeAt(end) !== 10) return deepest;
    at = end + 1;
  }
  return deepest;
}

function readLines(c: Cursor, width: number): { lines: string[]; ended: boolean } {
  const lines: string[] = [];
  let ended = true;
  while (c.pos < c.text.length) {
    const newline = c.text.indexOf('\n', c.pos);
    const end = newline < 0 ? c.text.length : newline;
    const spaces = leadingSpaces(c.text, c.pos, Math.min(end, c.pos + width));
    if (spaces < width && c.pos + spaces < end) break;
    if (newline < 0 && c.pos + spaces >= end) break;
    lines.push(c.text.slice(Math.min(c.pos + width, end), end));
    ended = newline >= 0;
    c.pos = c.lineStart = ended ? end + 1 : end;
  }
  return { lines, ended };
}

function leadingSpaces(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) === 32) at++;
  return at - from;
}

function chomped(lines: string[], chomp: string, ended: boolean, folded: boolean): string {
  let kept = lines.length;
  while (kept > 0 && lines[kept - 1] === '') kept--;
  const content = lines.slice(0, kept);
  const text = folded ? fold(content) : content.join('\n');
  if (chomp === '-') return text;
  if (chomp === '+')
    return kept === lines.length && !ended ? text : text + '\n'.repeat(lines.length - kept + (kept > 0 ? 1 : 0));
  return kept === 0 || (kept === lines.length && !ended) ? text : `${text}\n`;
}

const isMore = (line: string): boolean => line.startsWith(' ') || line.startsWith('\t');

// Lines are joined by a space; empty lines and more-indented lines keep their breaks.
function fold(lines: readonly string[]): string {
  let text = '';
  let empty = 0;
  let before: string | undefined;
  for (const line of lines) {
    if (line === '') {
      empty++;
      continue;
    }
    text += between(before, empty, line) + line;
    before = line;
    empty = 0;
  }
  return text;
}

function between(before: string | undefined, empty: number, line: string): string {
  if (before === undefined) return '\n'.repeat(empty);
  if (isMore(before) || isMore(line)) return '\n'.repeat(empty + 1);
  return empty === 0 ? ' ' : '\n'.repeat(empty);
}
