/** Where a scalar is written. */
export interface WritePlace {
  readonly column: number;
  /** Whether white space stands right before. */
  readonly whitespace: boolean;
  readonly indent: number;
  readonly step: number;
  readonly width: number;
  /** Whether long lines may be folded. */
  readonly split: boolean;
}

/** A scalar's text in a style: plain, `'`, `"`, `|` or `>`; folded at the width as PyYAML folds. */
export function writeScalar(text: string, style: string, place: WritePlace): string {
  if (style === '') return writePlain(text, place);
  if (style === "'") return writeSingle(text, place);
  if (style === '"') return writeDouble(text, place);
  return style === '|' ? writeLiteral(text, place) : writeFolded(text, place);
}

class Line {
  text = '';
  column: number;
  readonly #indent: number;

  constructor({ column, indent }: WritePlace) {
    this.column = column;
    this.#indent = indent;
  }

  put(part: string): void {
    this.text += part;
    this.column += Array.from(part).length;
  }

  /** A line end, and the indentation of the next line. */
  break(indent = true): void {
    this.text += `\n${indent ? ' '.repeat(this.#indent) : ''}`;
    this.column = indent ? this.#indent : 0;
  }
}

const parts = (text: string): string[] => text.match(/ +|\n+|[^ \n]+/g) ?? [];

function writePlain(text: string, place: WritePlace): string {
  if (text === '') return '';
  const line = new Line(place);
  if (!place.whitespace) line.put(' ');
  for (const part of parts(text)) {
    if (part === ' ' && place.split && line.column > place.width) line.break();
    else line.put(part);
  }
  return line.text;
}

function writeSingle(text: string, place: WritePlace): string {
  const line = new Line(place);
  line.put(place.whitespace ? "'" : " '");
  const all = parts(text);
  for (const [index, part] of all.entries()) {
    const inner = index > 0 && index < all.length - 1;
    if (part === ' ' && place.split && inner && line.column > place.width) line.break();
    else if (part.startsWith('\n')) {
      line.text += `\n${part.slice(1)}`;
      line.text += '\n';
      line.column = 0;
      line.text += ' '.repeat(place.indent);
      line.column = place.indent;
    } else line.put(part.replaceAll("'", "''"));
  }
  line.put("'");
  return line.text;
}

const ESCAPES: Record<string, string> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

const SAFE = /[\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function writeDouble(text: string, place: WritePlace): string {
  const line = new Line(place);
  line.put(place.whitespace ? '"' : ' "');
  const chars = Array.from(text);
  let start = 0;
  for (let end = 0; end <= chars.length; end++) {
    const char = chars[end];
    if (char === undefined || /["\\\x85\u2028\u2029\ufeff]/.test(char) || !SAFE.test(char)) {
      if (start < end) {
        line.put(chars.slice(start, end).join(''));
        start = end;
      }
      if (char !== undefined) {
        line.put(escape(char));
        start = end + 1;
      }
    }
    if (
      end > 0 &&
      end < chars.length - 1 &&
      (char === ' ' || start >= end) &&
      line.column + (end - start) > place.width &&
      place.split
    ) {
      line.put(`${chars.slice(start, end).join('')}\\`);
      if (start < end) start = end;
      line.break();
      if (chars[start] === ' ') line.put('\\');
    }
  }
  line.put('"');
  return line.text;
}

function escape(char: string): string {
  const short = ESCAPES[char];
  if (short) return `\\${short}`;
  const code = char.codePointAt(0)!;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return code <= 0xffff
    ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
}

function hints(text: string, step: number): string {
  const indent = /^[ \n]/.test(text) ? String(step) : '';
  if (!text.endsWith('\n')) return `${indent}-`;
  return text === '\n' || text.endsWith('\n\n') ? `${indent}+` : indent;
}

function writeLiteral(text: string, place: WritePlace): string {
  const head = `${place.whitespace ? '' : ' '}|${hints(text, place.step)}\n`;
  const margin = ' '.repeat(place.indent);
  const lines = text.split('\n');
  return (
    head +
    lines.map((line, index) => (line === '' ? '' : margin + line) + (index < lines.length - 1 ? '\n' : '')).join('')
  );
}

function writeFolded(text: string, place: WritePlace): string {
  const head = `${place.whitespace ? '' : ' '}>${hints(text, place.step)}\n`;
  const margin = ' '.repeat(place.indent);
  const lines = text.split('\n').map((line) => (line === '' ? '' : margin + line));
  return head + lines.join('\n');
}
