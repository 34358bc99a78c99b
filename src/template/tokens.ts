import { SyntaxMistake, type Token, type TokenType } from './lexer.ts';

/** Evaluation uses stack space for every level, and so does every other walk over the tree. */
const DEEPEST = 200;
const LONGEST = 500;

/** The tokens of a template, consumed from left to right. */
export class Tokens {
  readonly #tokens: readonly Token[];
  readonly #eof: Token;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#eof = { type: 'eof', text: '', value: null, offset: length, end: length };
  }

  get current(): Token {
    return this.#tokens[this.#index] ?? this.#eof;
  }

  get next(): Token {
    return this.#tokens[this.#index + 1] ?? this.#eof;
  }

  /** Reads something nested; the parser calls this for everything that can nest, to limit the depth. */
  within<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) throw mistake(`nested more than ${DEEPEST} levels deep`, this.current);
    const inner = read();
    this.#depth--;
    return inner;
  }

  /** Counts one more link in a chain of operators or filters, each of which contains the previous one. */
  link(count: number): number {
    if (count >= LONGEST) throw mistake(`a chain of more than ${LONGEST} operators or filters`, this.current);
    return count + 1;
  }

  take(): Token {
    const token = this.current;
    this.#index++;
    return token;
  }

  is(type: TokenType, text?: string): boolean {
    const { current } = this;
    return current.type === type && (text === undefined || current.text === text);
  }

  /** Whether the current token is an operator. */
  op(text: string): boolean {
    return this.is('operator', text);
  }

  /** Whether the current token is this word. */
  word(text: string): boolean {
    return this.is('name', text);
  }

  skip(type: TokenType, text?: string): boolean {
    if (!this.is(type, text)) return false;
    this.#index++;
    return true;
  }

  expect(type: TokenType, text?: string): Token {
    if (this.is(type, text)) return this.take();
    const found = this.current;
    const wanted = text ?? TOKEN_NAMES[type] ?? type;
    if (found.type === 'eof') {
      throw new SyntaxMistake(`unexpected end of template, expected '${wanted}'.`, Math.max(0, found.offset - 1));
    }
    throw mistake(`expected token '${wanted}', got '${describeToken(found)}'`, found);
  }
}

const TOKEN_NAMES: Partial<Record<TokenType, string>> = {
  variable_end: 'end of print statement',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  block_begin: 'begin of statement block',
  data: 'template data / text',
  eof: 'end of template',
  number: 'integer',
};

/** A token as described in messages. */
export const describeToken = (token: Token): string =>
  token.type === 'string' || token.type === 'number' ? String(token.value) : (TOKEN_NAMES[token.type] ?? token.text);

/** An error at a token. */
export const mistake = (message: string, { offset, end }: Token): SyntaxMistake =>
  new SyntaxMistake(message, offset, end - offset);
