import { oneOr } from '../../core/one-or.ts';
import { Tuple, type Value } from '../../core/value.ts';
import { float, parseFloat10, parseInt10 } from './number.ts';
import { assign } from './values.ts';

/**
 * Parses text as a Python literal; undefined if it is not one. With `json`, `true`, `false` and `null` are accepted
 * too.
 */
export function literal(text: string, json = false): Value | undefined {
  const reader = new Reader(text, json);
  try {
    const value = reader.expressions();
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error === NO_LITERAL) return undefined;
    throw error;
  }
}

const NO_LITERAL = new Error('not a literal');
const WORDS: Record<string, Value> = { True: true, False: false, None: null };
const JSON_WORDS: Record<string, Value> = { true: true, false: false, null: null };
const SIMPLE: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '\n': '' };

class Reader {
  readonly #text: string;
  readonly #json: boolean;
  #at = 0;

  constructor(text: string, json: boolean) {
    this.#text = text;
    this.#json = json;
  }

  /** An expression; several with commas between them are a tuple. */
  expressions(): Value {
    const first = this.expression();
    if (!this.#take(',')) return first;
    const items = [first];
    while (!this.atEnd()) {
      items.push(this.expression());
      if (!this.#take(',')) break;
    }
    return new Tuple(items);
  }

  expression(): Value {
    this.#space();
    const char = this.#text[this.#at];
    if (char === '[') return this.#items(']');
    if (char === '(') return this.#tuple();
    if (char === '{') return this.#dict();
    if (
      char !== undefined &&
      /['"bBuUrR]/.test(char) &&
      /^(?:[bBuUrR]{0,2})['"]/.test(this.#text.slice(this.#at, this.#at + 3))
    )
      return this.#strings();
    return this.#scalar();
  }

  atEnd(): boolean {
    this.#space();
    return this.#at === this.#text.length;
  }

  #space(): void {
    while (/[\s]/.test(this.#text[this.#at] ?? 'x')) this.#at++;
    if (this.#text[this.#at] === '#') {
      while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++;
      this.#space();
    }
  }

  #take(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #items(end: string): Value[] {
    this.#at++;
    const items: Value[] = [];
    while (!this.#take(end)) {
      items.push(this.expression());
      if (!this.#take(',') && this.#peek() !== end) throw NO_LITERAL;
    }
    return items;
  }

  #peek(): string | undefined {
    this.#space();
    return this.#text[this.#at];
  }

  #tuple(): Value {
    const start = this.#at;
    const items = this.#items(')');
    const endsWithComma = /,\s*\)$/.test(this.#text.slice(start, this.#at));
    return endsWithComma ? new Tuple(items) : oneOr(items, () => new Tuple(items));
  }

  #dict(): Value {
    this.#at++;
    const dict = new Map<Value, Value>();
    while (!this.#take('}')) {
      const key = this.expression();
      if (!this.#take(':') || Array.isArray(key) || key instanceof Map) throw NO_LITERAL;
      assign(dict, key, this.expression());
      if (!this.#take(',') && this.#peek() !== '}') throw NO_LITERAL;
    }
    return dict;
  }

  #scalar(): Value {
    const match = /^[+-]?\s*[\w.]+(?:(?<=\d[eE]|\.[eE])[+-]\d+)?/.exec(this.#text.slice(this.#at));
    if (!match) throw NO_LITERAL;
    this.#at += match[0].length;
    const word = match[0].replace(/\s/g, '');
    const named = WORDS[word] ?? (this.#json ? JSON_WORDS[word] : undefined);
    if (named !== undefined) return named;
    if (word in WORDS || (this.#json && word in JSON_WORDS)) return null;
    if (/^[+-]?(\d+|0[xob]\w+)/i.test(word) || /^[+-]?\.\d/.test(word)) return number(word);
    throw NO_LITERAL;
  }

  #strings(): Value {
    const first = this.#string();
    let text = first;
    while (typeof text === 'string' && /['"]/.test(this.#peek() ?? '')) text += this.#string() as string;
    return text;
  }

  #string(): Value {
    const [letters = ''] = /^[a-zA-Z]*/.exec(this.#text.slice(this.#at, this.#at + 2)) ?? [];
    const prefix = letters.toLowerCase();
    this.#at += prefix.length;
    const quote =
      this.#text.startsWith('"""', this.#at) || this.#text.startsWith("'''", this.#at)
        ? this.#text.slice(this.#at, this.#at + 3)
        : this.#text.charAt(this.#at);
    const start = this.#at + quote.length;
    let end = start;
    while (!this.#text.startsWith(quote, end)) {
      if (end >= this.#text.length || (quote.length === 1 && this.#text[end] === '\n')) throw NO_LITERAL;
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    this.#at = end + quote.length;
    const inside = this.#text.slice(start, end);
    const text = prefix.includes('r') ? inside : unescapeText(inside);
    return prefix.includes('b') ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : text;
  }
}

function number(word: string): Value {
  if (/^[+-]?0\d*[1-9]/.test(word) && /^[+-]?\d+$/.test(word)) throw NO_LITERAL;
  const whole = parseInt10(word, 0);
  if (whole !== undefined) return whole;
  const real = parseFloat10(word);
  if (real === undefined) throw NO_LITERAL;
  return float(real);
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;

/** Resolves Python's escapes in a string literal's content; unknown ones keep their backslash. */
export function unescapeText(inside: string): string {
  if (!inside.includes('\\')) return inside;
  return inside.replace(ESCAPE, (all, ...[hex2, hex4, hex8, octal, char]) => {
    const hex = hex2 ?? hex4 ?? hex8;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (char === '\\' || char === "'" || char === '"') return char;
    return SIMPLE[char] ?? all;
  });
}
