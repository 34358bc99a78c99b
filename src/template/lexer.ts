import { escapePattern } from '../core/text/escape-pattern.ts';
import type { Value } from '../core/value.ts';
import { unescapeText } from './python/literal.ts';
import { float, int } from './python/number.ts';

/** How a template is written: its delimiters, and how white space around blocks is treated. */
export interface Syntax {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  /** What makes the rest of a line a statement; nothing if empty. */
  readonly lineStatement: string;
  /** What makes the rest of a line a comment; nothing if empty. */
  readonly lineComment: string;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly keepTrailingNewline: boolean;
  readonly newline: string;
  /** Ansible doubles the backslashes of string literals inside `{{ }}` in playbooks, so that `'\1'` reaches a regex as written. */
  readonly keepBackslashes: boolean;
}

/** How Ansible parses templates in playbooks. */
export const inlineSyntax: Syntax = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  lineStatement: '',
  lineComment: '',
  trimBlocks: true,
  lstripBlocks: false,
  keepTrailingNewline: false,
  newline: '\n',
  keepBackslashes: true,
};

/** Token types, by Jinja's names. */
export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'number'
  | 'operator'
  | 'eof';

/** A token of a template, with its place. */
export interface Token {
  readonly type: TokenType;
  /** For a name, an operator or data: the text. */
  readonly text: string;
  /** For a literal: the value. */
  readonly value: Value;
  readonly offset: number;
  readonly end: number;
}

/** Thrown by the lexer and the parser; the caller knows the file. */
export class SyntaxMistake extends Error {
  readonly offset: number;
  readonly length: number;
  constructor(message: string, offset: number, length = 1) {
    super(message);
    this.offset = offset;
    this.length = length;
  }
}

/** Splits a template into tokens; offsets refer to the text with its line ends converted to `\n`. */
export function tokenize(source: string, syntax: Syntax): Token[] {
  const lexer = new Lexer(source, syntax);
  lexer.template();
  return lexer.tokens;
}

/** Splits a bare expression, as in `when:`, into tokens. */
export function tokenizeExpression(source: string): Token[] {
  const lexer = new Lexer(source, inlineSyntax);
  lexer.expression(undefined, false);
  return lexer.tokens;
}

const SPACE = /\s*/y;
/** What ends a statement that is the rest of its line: empty lines after it belong to it. */
const LINE_END = /\s*(?:\n|$)/y;
const REST_OF_LINE = /.*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y;
const INTEGER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const OPERATOR = /\*\*|\/\/|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSES: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

class Lexer {
  readonly tokens: Token[] = [];
  readonly #text: string;
  readonly #syntax: Syntax;
  readonly #patterns: Patterns;
  #at = 0;

  constructor(source: string, syntax: Syntax) {
    const text = source.includes('\r') ? source.replace(/\r\n|\r/g, '\n') : source;
    this.#text = !syntax.keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
    this.#syntax = syntax;
    this.#patterns = patternsOf(syntax);
  }

  template(): void {
    while (this.#at < this.#text.length) {
      const found = this.#nextTag();
      if (!found) {
        this.#data(this.#text.slice(this.#at), this.#text.length);
        return;
      }
      const { kind, at, inside } = found;
      const sign = /[-+]/.exec(this.#text[inside] ?? '')?.[0] ?? '';
      this.#data(this.#before(at, kind, sign), inside + sign.length);
      if (kind === 'comment') this.#comment(at);
      else if (kind === 'block') this.#block(at, sign);
      else if (kind === 'variable') this.#variable(at);
      else if (kind === 'lineStatement') this.#lineStatement(at, sign);
      else this.#match(REST_OF_LINE);
    }
  }

  expression(end: RegExp | undefined, keepBackslashes: boolean): void {
    const open: string[] = [];
    for (;;) {
      if (end && open.length === 0) {
        end.lastIndex = this.#at;
        if (end.test(this.#text)) return;
      }
      // The line end that ends a statement is white space, too, so the end is looked for first.
      if (this.#match(SPACE) !== '') continue;
      if (this.#at >= this.#text.length) return;
      this.#token(open, keepBackslashes);
    }
  }

  #nextTag(): { kind: TagKind; at: number; inside: number } | undefined {
    const { tag, kinds } = this.#patterns;
    tag.lastIndex = this.#at;
    const found = tag.exec(this.#text);
    const kind = kinds.find((one) => found?.groups?.[one] !== undefined);
    return found === null || kind === undefined ? undefined : { kind, at: found.index, inside: tag.lastIndex };
  }

  /** The text before a tag, without the white space that the tag strips. */
  #before(end: number, kind: TagKind, sign: string): string {
    const text = this.#text.slice(this.#at, end);
    if (sign === '-') return text.trimEnd();
    if (sign === '+' || !this.#syntax.lstripBlocks || kind === 'variable') return text;
    const line = text.lastIndexOf('\n') + 1;
    const startsLine = line > 0 || this.#at === 0 || this.#text[this.#at - 1] === '\n';
    return startsLine && /^\s*$/.test(text.slice(line)) ? text.slice(0, line) : text;
  }

  #data(text: string, next: number): void {
    const shown = this.#syntax.newline === '\n' ? text : text.replaceAll('\n', this.#syntax.newline);
    if (text !== '') this.#push('data', shown, null, this.#at, this.#at + text.length);
    this.#at = next;
  }

  #comment(start: number): void {
    const { commentEnd } = this.#syntax;
    const end = this.#text.indexOf(commentEnd, this.#at);
    if (end < 0) throw new SyntaxMistake('Missing end of comment tag', start, 2);
    this.#at = end + commentEnd.length;
    this.#afterBlock(this.#text[end - 1] ?? '');
  }

  /** Skips the white space that the end of a block strips, depending on the sign before it. */
  #afterBlock(sign: string): void {
    if (sign === '-') this.#match(SPACE);
    else if (sign !== '+' && this.#syntax.trimBlocks && this.#text[this.#at] === '\n') this.#at++;
  }

  #block(start: number, sign: string): void {
    const { blockEnd } = this.#syntax;
    const { raw } = this.#patterns;
    raw.lastIndex = this.#at;
    const match = raw.exec(this.#text);
    if (match) {
      this.#at = raw.lastIndex;
      if (match[1]) this.#match(SPACE);
      this.#raw(start);
      return;
    }
    this.#push('block_begin', sign, null, start, this.#at);
    this.expression(this.#patterns.blockEnd, false);
    this.#end('block_end', blockEnd, start, 'block');
  }

  /** A statement that is the rest of its line, and takes the line end with it. */
  #lineStatement(start: number, sign: string): void {
    this.#push('block_begin', sign, null, start, this.#at);
    this.expression(LINE_END, false);
    const offset = this.#at;
    this.#match(LINE_END);
    this.#push('block_end', '', null, offset, this.#at);
  }

  #raw(start: number): void {
    const end = this.#patterns.endRaw;
    end.lastIndex = this.#at;
    const match = end.exec(this.#text);
    if (!match) throw new SyntaxMistake('Missing end of raw directive', start, 2);
    const [, startSign = '', endSign = ''] = match;
    this.#data(this.#before(match.index, 'block', startSign), end.lastIndex);
    this.#afterBlock(endSign);
  }

  #variable(start: number): void {
    this.#push('variable_begin', '', null, start, this.#at);
    this.expression(this.#patterns.variableEnd, this.#syntax.keepBackslashes);
    this.#end('variable_end', this.#syntax.variableEnd, start, 'variable');
  }

  #end(type: TokenType, text: string, start: number, kind: string): void {
    const sign = /[-+]/.exec(this.#text[this.#at] ?? '')?.[0] ?? '';
    if (this.#at >= this.#text.length) {
      throw new SyntaxMistake(`unexpected end of template, expected '${text}' to close the ${kind}`, start, 2);
    }
    const offset = this.#at;
    this.#at += sign.length + text.length;
    this.#push(type, '', null, offset, this.#at);
    if (type === 'block_end') this.#afterBlock(sign);
    else if (sign === '-') this.#match(SPACE);
  }

  #token(open: string[], keepBackslashes: boolean): void {
    const offset = this.#at;
    const push = (type: TokenType, text: string, value: Value = null) =>
      this.#push(type, text, value, offset, this.#at);
    const name = this.#match(NAME);
    const real = name || this.#text[offset - 1] === '.' ? '' : this.#match(FLOAT);
    const whole = name || real ? '' : this.#match(INTEGER);
    const string = name || real || whole ? '' : this.#match(STRING);
    if (name) push('name', name);
    else if (real) push('number', real, float(Number(real.replaceAll('_', ''))));
    else if (whole) push('number', whole, int(BigInt(whole.replaceAll('_', ''))));
    else if (string) push('string', string, keepBackslashes ? kept(string) : unescapeText(string.slice(1, -1)));
    else this.#operator(open, offset);
  }

  #operator(open: string[], offset: number): void {
    const operator = this.#match(OPERATOR);
    if (!operator) {
      const char = JSON.stringify(this.#text[offset]).replaceAll('"', "'");
      throw new SyntaxMistake(`unexpected char ${char} at ${offset}`, offset);
    }
    this.#balance(operator, open, offset);
    this.#push('operator', operator, null, offset, this.#at);
  }

  #balance(operator: string, open: string[], offset: number): void {
    if ('([{'.includes(operator)) open.push(operator);
    else if (operator in CLOSES) {
      const opened = open.pop();
      if (!opened) throw new SyntaxMistake(`unexpected '${operator}'`, offset);
      const expected = Object.keys(CLOSES).find((close) => CLOSES[close] === opened);
      if (expected !== operator) throw new SyntaxMistake(`unexpected '${operator}', expected '${expected}'`, offset);
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return '';
    this.#at += match[0].length;
    return match[0];
  }

  #push(type: TokenType, text: string, value: Value, offset: number, end: number): void {
    this.tokens.push({ type, text, value, offset, end });
  }
}

/** A string literal that keeps its backslashes: only its closing quote had to be escaped. */
const kept = (string: string): string =>
  string.slice(1, -1).replaceAll(/\\([\s\S])/g, (all, char) => (char === string[0] ? char : all));

/** What begins in the text of a template. */
type TagKind = 'comment' | 'block' | 'variable' | 'lineStatement' | 'lineComment';

/** Regular expressions for a syntax, built once because they are used repeatedly. */
interface Patterns {
  readonly tag: RegExp;
  readonly kinds: readonly TagKind[];
  readonly variableEnd: RegExp;
  readonly blockEnd: RegExp;
  readonly raw: RegExp;
  readonly endRaw: RegExp;
}

const known = new WeakMap<Syntax, Patterns>();

function patternsOf(syntax: Syntax): Patterns {
  const patterns = known.get(syntax) ?? makePatterns(syntax);
  known.set(syntax, patterns);
  return patterns;
}

function makePatterns(syntax: Syntax): Patterns {
  const { blockStart, blockEnd, variableEnd } = syntax;
  const tags = tagsOf(syntax);
  const end = escapePattern(blockEnd);
  return {
    tag: new RegExp(tags.map(({ kind, pattern }) => `(?<${kind}>${pattern})`).join('|'), 'g'),
    kinds: tags.map(({ kind }) => kind),
    variableEnd: new RegExp(`-?${escapePattern(variableEnd)}`, 'y'),
    blockEnd: new RegExp(`[-+]?${end}`, 'y'),
    raw: new RegExp(`\\s*raw\\s*(-?)${end}`, 'y'),
    endRaw: new RegExp(`${escapePattern(blockStart)}([-+]?)\\s*endraw\\s*([-+]?)${end}`, 'g'),
  };
}

interface Tag {
  readonly kind: TagKind;
  readonly start: string;
  readonly pattern: string;
}

/** How each kind of tag begins. If several match at the same place, the longest wins. */
function tagsOf({ commentStart, blockStart, variableStart, lineStatement, lineComment }: Syntax): readonly Tag[] {
  const tag = (kind: TagKind, start: string, before = ''): Tag => ({
    kind,
    start,
    pattern: before + escapePattern(start),
  });
  return [
    tag('comment', commentStart),
    tag('block', blockStart),
    tag('variable', variableStart),
    ...(lineStatement === '' ? [] : [tag('lineStatement', lineStatement, '(?<![^\\n])[ \\t\\v]*')]),
    ...(lineComment === '' ? [] : [tag('lineComment', lineComment, '(?:(?<![^\\n])|(?<=\\S))[^\\S\\n]*')]),
  ].toSorted((a, b) => b.start.length - a.start.length);
}
