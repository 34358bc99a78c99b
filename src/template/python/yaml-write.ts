import { codeOf } from '../../core/text/code-of.ts';

/** Where to write a scalar. */
interface WritePlace {
  readonly column: number;
  /** Whether it is preceded by white space. */
  readonly whitespace: boolean;
  readonly indent: number;
  readonly step: number;
  readonly width: number;
  /** Whether long lines may be folded. */
  readonly split: boolean;
}

/** A scalar in a given style: plain, `'`, `"`, `|` or `>`; lines are folded at `width`, by PyYAML's rules. */
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

  /** Writes a line end and the indentation of the next line. */
  break(): void {
    this.text += '\n';
    this.indent();
  }

  /** Writes the indentation of a line that has just begun. */
  indent(): void {
    this.text += ' '.repeat(this.#indent);
    this.column = this.#indent;
  }
}

const words = (text: string): string[] => text.match(/ |[\n\x85\u2028\u2029]+|[^ \n\x85\u2028\u2029]+/g) ?? [];

/** A line can be broken at a single blank beyond the width, except at the first or last character. */
function breaksAt(all: readonly string[], index: number, line: Line, place: WritePlace): boolean {
  const lone = all[index] === ' ' && all[index - 1] !== ' ' && all[index + 1] !== ' ';
  return lone && place.split && line.column > place.width;
}

function writePlain(text: string, place: WritePlace): string {
  if (text === '') return '';
  const line = new Line(place);
  if (!place.whitespace) line.put(' ');
  const all = words(text);
  for (const [index, word] of all.entries()) {
    if (breaksAt(all, index, line, place)) line.break();
    else line.put(word);
  }
  return line.text;
}

function writeSingle(text: string, place: WritePlace): string {
  const line = new Line(place);
  line.put(place.whitespace ? "'" : " '");
  const all = words(text);
  for (const [index, word] of all.entries()) {
    const inner = index > 0 && index < all.length - 1;
    if (inner && breaksAt(all, index, line, place)) line.break();
    else if (/^[\n\x85\u2028\u2029]/.test(word)) {
      // A single line end would be read as a blank.
      line.text += word.startsWith('\n') ? `\n${word}` : word;
      line.indent();
    } else line.put(word.replaceAll("'", "''"));
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

const SAFE = /[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

function writeDouble(text: string, place: WritePlace): string {
  const line = new Line(place);
  line.put(place.whitespace ? '"' : ' "');
  const chars = Array.from(text);
  for (const [index, char] of chars.entries()) {
    const inner = index > 0 && index < chars.length - 1;
    if (char === '"' || char === '\\' || !SAFE.test(char) || char.length > 1) line.put(escapeChar(char));
    else if (char === ' ' && inner && place.split && chars[index - 1] !== ' ' && line.column > place.width) {
      line.break();
      if (chars[index + 1] === ' ') line.put('\\');
    } else line.put(char);
  }
  line.put('"');
  return line.text;
}

function escapeChar(char: string): string {
  const short = ESCAPES[char];
  if (short) return `\\${short}`;
  const code = codeOf(char);
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
