import { Float, type Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { DateTime } from './datetime.ts';
import { float, floatRepr, isNumber, parseInt10 } from './number.ts';
import { repr, str, typeName } from './repr.ts';
import { compare, mapping, sequence } from './values.ts';

/** Formatting options of Python's `json.dumps`. */
interface JsonStyle {
  readonly indent?: string | undefined;
  readonly sortKeys?: boolean;
  readonly ensureAscii?: boolean;
  readonly itemSeparator?: string;
  readonly keySeparator?: string;
}

/** A value as Python's `json.dumps` prints it. */
export function dumpJson(value: Value, style: JsonStyle = {}): string {
  const { indent, sortKeys = false, ensureAscii = true } = style;
  const itemSeparator = style.itemSeparator ?? (indent === undefined ? ', ' : ',');
  const keySeparator = style.keySeparator ?? ': ';
  const text = (plain: string) => quote(plain, ensureAscii);

  const block = (open: string, parts: readonly string[], close: string, depth: number): string => {
    if (parts.length === 0) return open + close;
    if (indent === undefined) return open + parts.join(itemSeparator) + close;
    const inner = `\n${indent.repeat(depth + 1)}`;
    return `${open}${inner}${parts.join(itemSeparator + inner)}\n${indent.repeat(depth)}${close}`;
  };

  const dump = (each: Value, depth: number): string => {
    if (typeof each === 'string') return text(each);
    const items = sequence(each);
    if (items)
      return block(
        '[',
        items.map((item) => dump(item, depth + 1)),
        ']',
        depth,
      );
    const dict = mapping(each);
    if (!dict) return scalar(each, text);
    const entries = [...dict];
    if (sortKeys) entries.sort(([a], [b]) => compare(a, b));
    return block(
      '{',
      entries.map(([key, item]) => `${text(keyText(key))}${keySeparator}${dump(item, depth + 1)}`),
      '}',
      depth,
    );
  };

  return dump(value, 0);
}

function scalar(value: Value, text: (plain: string) => string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Float || typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (value instanceof DateTime) return text(value.isoformat());
  if (value instanceof Uint8Array) return text(Buffer.from(value).toString('utf8'));
  str(value);
  return fail(`Object of type ${typeName(value)} is not JSON serializable`, 'template-type');
}

function numberText(value: Float | number | bigint): string {
  const x = value instanceof Float ? value.value : value;
  if (typeof x !== 'number' || Number.isFinite(x)) return repr(value);
  if (Number.isNaN(x)) return 'NaN';
  return x > 0 ? 'Infinity' : '-Infinity';
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (isNumber(key)) return key instanceof Float ? floatRepr(key.value) : repr(key);
  return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`, 'template-type');
}

const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

const quote = (text: string, ensureAscii: boolean): string => {
  const unsafe = ensureAscii ? /["\\]|[^ -~]/g : /["\\\u0000-\u001f]/g;
  return `"${text.replace(unsafe, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
};

/** Parses JSON; numbers keep Python's distinction between int and float. */
export function parseJson(source: string): Value {
  const parser = new JsonParser(source);
  return parser.document();
}

class JsonParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('Extra data');
    return value;
  }

  #fail(message: string): never {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    return fail(`${message}: line ${line} column ${this.#at - before.lastIndexOf('\n')} (char ${this.#at})`, 'json');
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #value(): Value {
    this.#space();
    const char = this.#text[this.#at];
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    if (char === '"') return this.#string();
    const word = /^(?:true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
      this.#text.slice(this.#at, this.#at + 400),
    );
    if (!word) return this.#fail('Expecting value');
    this.#at += word[0].length;
    return constant(word[0]);
  }

  #string(): string {
    const match = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text);
    if (!found) return this.#fail('Unterminated string starting at');
    this.#at = match.lastIndex;
    return JSON.parse(found[0]);
  }

  #array(): Value {
    this.#at++;
    const items: Value[] = [];
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(this.#value());
      this.#space();
      const next = this.#text[this.#at++];
      if (next === ']') return items;
      if (next !== ',') {
        this.#at--;
        this.#fail("Expecting ',' delimiter");
      }
    }
  }

  #object(): Value {
    this.#at++;
    const dict = new Map<Value, Value>();
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return dict;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('Expecting property name enclosed in double quotes');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail("Expecting ':' delimiter");
      this.#at++;
      dict.set(key, this.#value());
      this.#space();
      const next = this.#text[this.#at++];
      if (next === '}') return dict;
      if (next !== ',') {
        this.#at--;
        this.#fail("Expecting ',' delimiter");
      }
    }
  }
}

const CONSTANTS: Record<string, Value> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function constant(word: string): Value {
  if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word]!;
  return /^-?\d+$/.test(word) ? (parseInt10(word) ?? 0) : float(Number(word));
}
