import { codeOf } from '../../core/text/code-of.ts';
import { fail } from '../errors.ts';
import type { Flags, Pattern } from './pattern.ts';

const WORD = '\\p{L}\\p{N}_';
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
type Classes = Readonly<Record<'d' | 'w' | 's', string>>;

const isClass = (char: string): char is keyof Classes => /^[dws]$/.test(char);

const UNICODE: Classes = { d: '\\p{Nd}', w: WORD, s: SPACE };
const ASCII: Classes = { d: '0-9', w: 'a-zA-Z0-9_', s: '\\t-\\r ' };
const CONTROL: Record<string, string> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' };

interface Scoped {
  i: boolean;
  m: boolean;
  s: boolean;
  x: boolean;
  a: boolean;
}

/** Translates a Python pattern to an equivalent JavaScript one. */
export class Translator {
  readonly #source: string;
  readonly #names = new Map<string, number>();
  #flags: Scoped;
  /** Whether the whole pattern is compiled case-insensitively; a scoped `(?i:…)` spells out both cases instead. */
  #globalIgnoreCase: boolean;
  #globalMultiline: boolean;
  #groups = 0;
  #at = 0;

  constructor(source: string, flags: Flags) {
    this.#source = source;
    this.#flags = {
      i: !!flags.ignorecase,
      m: !!flags.multiline,
      s: !!flags.dotall,
      x: !!flags.verbose,
      a: !!flags.ascii,
    };
    this.#globalFlags();
    this.#globalIgnoreCase = this.#flags.i;
    this.#globalMultiline = this.#flags.m;
  }

  pattern(): Pattern {
    const translated = this.#alternatives();
    if (this.#at < this.#source.length) this.#fail('unbalanced parenthesis');
    try {
      return {
        regexp: new RegExp(translated, this.#globalIgnoreCase ? 'giu' : 'gu'),
        multiline: this.#globalMultiline,
        groups: this.#groups,
        names: this.#names,
      };
    } catch (error) {
      return fail(
        `invalid regular expression '${this.#source}': ${(error as Error).message.replace(/^.*: /, '')}`,
        'regex',
      );
    }
  }

  /** `(?i)` at the start applies to the whole pattern. */
  #globalFlags(): void {
    for (;;) {
      const match = /^\(\?([aiLmsux]+)\)/.exec(this.#source.slice(this.#at));
      if (!match) return;
      for (const flag of match[1] ?? '') if (flag in this.#flags) this.#flags[flag as keyof Scoped] = true;
      this.#at += match[0].length;
    }
  }

  /** The current character; fails at the end. */
  #character(): string {
    return String.fromCodePoint(codeOf(this.#source.slice(this.#at, this.#at + 2)));
  }

  #fail(message: string): never {
    return fail(`invalid regular expression '${this.#source}': ${message} at position ${this.#at}`, 'regex');
  }

  #alternatives(): string {
    let result = '';
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      result += this.#source[this.#at] === '|' ? this.#one('|') : this.#quantified();
    }
    return result;
  }

  #one(text: string): string {
    this.#at++;
    return text;
  }

  #quantified(): string {
    const isAnchor = /^(?:\^|\$|\\[AZbB])/.test(this.#source.slice(this.#at, this.#at + 2));
    const atom = this.#atom();
    if (atom === '') return '';
    const rest = this.#source.slice(this.#at);
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})/.exec(rest);
    if (!match) return atom;
    this.#at += match[0].length;
    const quantifier = match[0].replace(/^\{,/, '{0,');
    const next = this.#source[this.#at];
    if (isAnchor) this.#fail('nothing to repeat');
    // JavaScript cannot repeat lookarounds unless they are wrapped.
    const wrapped = /^\(\?[=!<]/.test(atom) && !atom.startsWith('(?<g') ? `(?:${atom})` : atom;
    if (next === '?') return wrapped + quantifier + this.#one('?');
    if (next === '+') return this.#atomic(wrapped + quantifier + this.#one(''));
    if (next === '*' || /^\{(?:\d+(?:,\d*)?|,\d+)\}/.test(this.#source.slice(this.#at)))
      return this.#fail('multiple repeat');
    return wrapped + quantifier;
  }

  /** Atomic groups and possessive quantifiers, emulated with a lookahead, which never backtracks. Its capture is not one of Python's. */
  #atomic(inside: string): string {
    const name = `atomic${this.#at}`;
    return `(?:(?=(?<${name}>${inside}))\\k<${name}>)`;
  }

  #atom(): string {
    const char = this.#character();
    if (this.#flags.x && /\s/.test(char)) return this.#one('');
    if (this.#flags.x && char === '#') return this.#comment();
    if (char === '(') return this.#group();
    if (char === '[') return this.#set();
    if (char === '\\') return this.#escape();
    if (char === '.') return this.#one(this.#flags.s ? '[^]' : '[^\\n]');
    if (char === '^') return this.#one(this.#flags.m ? '(?<![^\\n])' : '(?<![^])');
    if (char === '$') return this.#one(this.#flags.m ? '(?![^\\n])' : '(?=\\n?(?![^]))');
    if (/[*+?]/.test(char)) this.#fail('nothing to repeat');
    this.#at += char.length;
    return this.#literal(char);
  }

  #comment(): string {
    const end = this.#source.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#source.length : end + 1;
    return '';
  }

  #literal(char: string): string {
    const safe = /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
    if (!this.#flags.i || this.#globalIgnoreCase || char.toLowerCase() === char.toUpperCase()) return safe;
    return `[${char.toLowerCase()}${char.toUpperCase()}]`;
  }

  #group(): string {
    const rest = this.#source.slice(this.#at);
    const saved = { ...this.#flags };
    const inside = (opening: string, skip: number): string => {
      this.#at += skip;
      const body = this.#alternatives();
      if (this.#source[this.#at] !== ')') this.#fail('missing ), unterminated subpattern');
      this.#at++;
      this.#flags = saved;
      return `${opening}${body})`;
    };
    if (!rest.startsWith('(?')) return this.#capture(inside, '(', 1);
    const named = /^\(\?P<([^>]+)>/.exec(rest);
    if (named) return this.#capture(inside, '(', named[0].length, named[1]);
    const reference = /^\(\?P=(\w+)\)/.exec(rest);
    if (reference) {
      this.#at += reference[0].length;
      return this.#reference(this.#names.get(reference[1] ?? '') ?? this.#fail(`unknown group name '${reference[1]}'`));
    }
    if (rest.startsWith('(?#')) {
      const end = rest.indexOf(')');
      if (end < 0) this.#fail('missing ), unterminated comment');
      this.#at += end + 1;
      return '';
    }
    const plain = /^\(\?(?::|=|!|<=|<!)/.exec(rest);
    if (plain) return inside(plain[0], plain[0].length);
    if (rest.startsWith('(?>')) return this.#atomic(inside('(?:', 3));
    // JavaScript cannot distinguish a group that did not participate from one that matched the empty string.
    const conditional = /^\(\?\(\w+\)/.exec(rest);
    if (conditional)
      return fail(
        `regular expression '${this.#source}': conditional groups, like ${conditional[0]} at position ${this.#at}, are not supported`,
        'regex',
      );
    const flags = /^\(\?([aiLmsux]*)(?:-([imsx]+))?(:|\))/.exec(rest);
    if (!flags) return this.#fail('unknown extension');
    return this.#scoped(inside, flags, saved);
  }

  #scoped(inside: (opening: string, skip: number) => string, flags: RegExpExecArray, saved: Scoped): string {
    const changed = { ...saved };
    for (const flag of flags[1] ?? '') if (flag in changed) changed[flag as keyof Scoped] = true;
    for (const flag of flags[2] ?? '') if (flag in changed) changed[flag as keyof Scoped] = false;
    this.#flags = changed;
    if (flags[3] === ':') return inside('(?:', flags[0].length);
    this.#fail('global flags not at the start of the expression');
  }

  #capture(inside: (opening: string, skip: number) => string, opening: string, skip: number, name?: string): string {
    const number = ++this.#groups;
    if (name) this.#names.set(name, number);
    return inside(`${opening}?<g${number}>`, skip);
  }

  #reference = (number: number): string => `\\k<g${number}>`;

  #escape(): string {
    const rest = this.#source.slice(this.#at);
    const char = rest[1];
    if (char === undefined) return this.#fail('bad escape (end of pattern)');
    const table = this.#flags.a ? ASCII : UNICODE;
    if (char === 'A') return this.#skip('(?<![^])');
    if (char === 'Z') return this.#skip('(?![^])');
    if (char === 'b') return this.#skip(this.#boundary(table.w));
    if (char === 'B') return this.#skip(`(?!${this.#boundary(table.w)})`);
    if (isClass(char)) return this.#skip(`[${table[char]}]`);
    const opposite = char.toLowerCase();
    if (isClass(opposite)) return this.#skip(`[^${table[opposite]}]`);
    const group = /^\\([1-9]\d?)/.exec(rest);
    if (group && !/^\\[1-3][0-7]{2}/.test(rest)) {
      this.#at += group[0].length;
      const number = Number(group[1]);
      if (number > this.#groups) this.#fail(`invalid group reference ${number}`);
      return this.#reference(number);
    }
    return this.#literal(this.#escapedChar());
  }

  #skip(text: string): string {
    this.#at += 2;
    return text;
  }

  #boundary = (word: string): string => `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`;

  /** The character that an escape represents. */
  #escapedChar(): string {
    const rest = this.#source.slice(this.#at);
    const hex = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest);
    if (hex) {
      this.#at += hex[0].length;
      return String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16));
    }
    const octal = /^\\(0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest);
    if (octal) {
      this.#at += octal[0].length;
      return String.fromCharCode(Number.parseInt(octal[1] ?? '', 8));
    }
    const char = String.fromCodePoint(codeOf(rest.slice(1)));
    this.#at += 1 + char.length;
    if (char in CONTROL) return JSON.parse(`"${{ a: '\\u0007', v: '\\u000b' }[char] ?? `\\${char}`}"`);
    if (/[a-zA-Z]/.test(char)) return this.#fail(`bad escape \\${char}`);
    return char;
  }

  #set(): string {
    this.#at++;
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    let body = '';
    for (let first = true; first || this.#source[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#source.length) this.#fail('unterminated character set');
      body += this.#member();
    }
    this.#at++;
    return `[${negated ? '^' : ''}${body}]`;
  }

  #member(): string {
    const low = this.#setChar();
    if (low.length > 1 && !low.startsWith('=')) return low;
    const from = low.slice(1);
    if (this.#source[this.#at] !== '-' || this.#source[this.#at + 1] === ']' || this.#at + 1 >= this.#source.length)
      return this.#inSet(from);
    this.#at++;
    const high = this.#setChar();
    if (!high.startsWith('=')) return this.#fail('bad character range');
    return this.#range(from, high.slice(1));
  }

  #range(from: string, to: string): string {
    if (codeOf(from) > codeOf(to)) this.#fail(`bad character range ${from}-${to}`);
    const range = `${setSafe(from)}-${setSafe(to)}`;
    if (!this.#flags.i || this.#globalIgnoreCase || !/[a-z]/i.test(from)) return range;
    return `${range}${setSafe(from.toLowerCase())}-${setSafe(to.toLowerCase())}${setSafe(from.toUpperCase())}-${setSafe(to.toUpperCase())}`;
  }

  #inSet(char: string): string {
    if (!this.#flags.i || this.#globalIgnoreCase) return setSafe(char);
    return setSafe(char.toLowerCase()) + setSafe(char.toUpperCase());
  }

  /** A member of a set: `=` followed by a character, or a class. */
  #setChar(): string {
    const char = this.#character();
    if (char !== '\\') {
      this.#at += char.length;
      return `=${char}`;
    }
    const kind = this.#source[this.#at + 1] ?? '';
    const table = this.#flags.a ? ASCII : UNICODE;
    if (isClass(kind)) return this.#skip(table[kind]);
    if (kind === 'D') return this.#skip(this.#flags.a ? '\\D' : '\\P{Nd}');
    if (kind === 'S') return this.#skip('\\S');
    if (kind === 'W') return this.#skip(this.#flags.a ? '\\W' : '\\p{P}\\p{S}\\p{Z}\\p{C}\\p{M}');
    if (kind === 'b') return `=${this.#skip('\b')}`;
    return `=${this.#escapedChar()}`;
  }
}

const setSafe = (char: string): string => (/[\\\]^[-]/.test(char) ? `\\${char}` : char);
