import { oneOr } from '../core/one-or.ts';
import type { Expression, MacroParts, Statement, Target } from './ast.ts';
import { type Syntax, SyntaxMistake, type Token, tokenize, tokenizeExpression } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import { parseFilterChain } from './parse-postfix.ts';
import { parseTuple } from './parse-primary.ts';
import { parseTarget } from './parse-target.ts';
import { describeToken, mistake, Tokens } from './tokens.ts';

/** Parses a template into statements. */
export function parseTemplate(source: string, syntax: Syntax): Statement[] {
  return new Parser(new Tokens(tokenize(source, syntax), source.length)).template();
}

/** Parses a bare expression, as in `when:`. */
export function parseBareExpression(source: string): Expression {
  const tokens = new Tokens(tokenizeExpression(source), source.length);
  const expression = parseExpression(tokens);
  if (!tokens.is('eof'))
    throw mistake(`unexpected '${describeToken(tokens.current)}' after the expression`, tokens.current);
  return expression;
}

interface OpenTag {
  readonly name: string;
  readonly ends: readonly string[];
}

type ParseStatement = (offset: number) => Statement;

class Parser {
  readonly #tokens: Tokens;
  readonly #open: OpenTag[] = [];
  readonly #blocks = new Set<string>();

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  template(): Statement[] {
    return this.#until([]);
  }

  readonly #statements: Record<string, ParseStatement> = {
    for: (offset) => this.#for(offset),
    if: (offset) => this.#if(offset),
    block: (offset) => this.#block(offset),
    extends: (offset) => ({ type: 'extends', template: parseExpression(this.#tokens), offset }),
    print: (offset) => this.#print(offset),
    macro: (offset) => this.#macro(offset),
    include: (offset) => this.#include(offset),
    import: (offset) => this.#import(offset),
    from: (offset) => this.#fromImport(offset),
    set: (offset) => this.#set(offset),
    with: (offset) => this.#with(offset),
    call: (offset) => this.#callBlock(offset),
    filter: (offset) => this.#filterBlock(offset),
    autoescape: (offset) => this.#autoescape(offset),
  };

  /** Parses statements up to one of these tags, leaving its name unread. */
  #until(ends: readonly string[], name?: string): Statement[] {
    const body: Statement[] = [];
    const tokens = this.#tokens;
    if (name) this.#open.push({ name, ends });
    while (!tokens.is('eof')) {
      const { type, text, offset, end } = tokens.take();
      if (type === 'data') body.push({ type: 'data', text, offset });
      else if (type === 'variable_begin') {
        body.push({ type: 'output', value: parseTuple(tokens), offset, length: end - offset });
        tokens.expect('variable_end');
      } else if (type === 'block_begin') {
        if (tokens.is('name') && ends.includes(tokens.current.text)) {
          this.#open.pop();
          return body;
        }
        body.push(this.#statement(offset));
        tokens.expect('block_end');
      }
    }
    if (ends.length > 0) throw this.#unclosed();
    return body;
  }

  #statement(offset: number): Statement {
    const token = this.#tokens.current;
    if (token.type !== 'name') throw mistake('tag name expected', token);
    const parse = Object.hasOwn(this.#statements, token.text) ? this.#statements[token.text] : undefined;
    if (!parse) throw this.#unknown(token);
    this.#tokens.take();
    return parse(offset);
  }

  #unclosed(): SyntaxMistake {
    const { offset } = this.#tokens.current;
    return new SyntaxMistake(`Unexpected end of template.${this.#wanted()}`, Math.max(0, offset - 1));
  }

  #unknown(token: Token): SyntaxMistake {
    const known = this.#open.some(({ ends }) => ends.includes(token.text));
    return mistake(
      `${known ? `Unexpected tag '${token.text}'` : `Encountered unknown tag '${token.text}'`}.${this.#wanted()}`,
      token,
    );
  }

  #wanted(): string {
    const innermost = this.#open.at(-1);
    if (!innermost) return '';
    const ends = innermost.ends.map((end) => `'${end}'`).join(' or ');
    return ` Jinja was looking for the following tags: ${ends}. The innermost block that needs to be closed is '${innermost.name}'.`;
  }

  /** Parses a body: the rest of the opening tag, the statements, and the closing tag's name. */
  #body(name: string): Statement[] {
    this.#tokens.expect('block_end');
    const body = this.#tokens.within(() => this.#until([`end${name}`], name));
    this.#tokens.take();
    return body;
  }

  #for(offset: number): Statement {
    const tokens = this.#tokens;
    const target = parseTarget(tokens, { ends: ['in'] });
    tokens.expect('name', 'in');
    const items = parseTuple(tokens, { withConditional: false, ends: ['recursive'] });
    const test = tokens.skip('name', 'if') ? parseExpression(tokens) : undefined;
    const recursive = tokens.skip('name', 'recursive');
    tokens.expect('block_end');
    const body = tokens.within(() => this.#until(['endfor', 'else'], 'for'));
    const otherwise = tokens.take().text === 'else' ? this.#body('for') : [];
    return { type: 'for', target, items, test, recursive, body, otherwise, offset };
  }

  #if(offset: number): Statement {
    const tokens = this.#tokens;
    const branches: { test: Expression; body: Statement[] }[] = [];
    for (;;) {
      const test = parseTuple(tokens, { withConditional: false });
      tokens.expect('block_end');
      branches.push({ test, body: tokens.within(() => this.#until(['elif', 'else', 'endif'], 'if')) });
      const tag = tokens.take().text;
      if (tag === 'elif') continue;
      return { type: 'if', branches, otherwise: tag === 'else' ? this.#body('if') : [], offset };
    }
  }

  #block(offset: number): Statement {
    const tokens = this.#tokens;
    const token = tokens.expect('name');
    if (this.#blocks.has(token.text)) throw mistake(`block '${token.text}' defined twice`, token);
    this.#blocks.add(token.text);
    const scoped = tokens.skip('name', 'scoped');
    const required = tokens.skip('name', 'required');
    const body = this.#body('block');
    if (tokens.word(token.text)) tokens.take();
    return { type: 'block', name: token.text, scoped, required, body, offset };
  }

  #parameters(): MacroParts['parameters'] {
    const tokens = this.#tokens;
    const parameters: { name: string; fallback: Expression | undefined }[] = [];
    tokens.expect('operator', '(');
    while (!tokens.op(')')) {
      if (parameters.length > 0) tokens.expect('operator', ',');
      const token = tokens.expect('name');
      const fallback = tokens.skip('operator', '=') ? parseExpression(tokens) : undefined;
      if (!fallback && parameters.at(-1)?.fallback)
        throw mistake('non-default argument follows default argument', token);
      parameters.push({ name: token.text, fallback });
    }
    tokens.expect('operator', ')');
    return parameters;
  }

  #macro(offset: number): Statement {
    const name = this.#tokens.expect('name').text;
    const parameters = this.#parameters();
    return { type: 'macro', name, parameters, body: this.#body('macro'), offset };
  }

  #callBlock(offset: number): Statement {
    const parameters = this.#tokens.op('(') ? this.#parameters() : [];
    const start = this.#tokens.current;
    const call = parseExpression(this.#tokens);
    if (call.type !== 'call') throw mistake('expected call', start);
    return { type: 'call-block', name: 'caller', parameters, call, body: this.#body('call'), offset };
  }

  #filterBlock(offset: number): Statement {
    const filter = parseFilterChain(this.#tokens, true);
    return { type: 'filter-block', filter, body: this.#body('filter'), offset };
  }

  #autoescape(offset: number): Statement {
    parseExpression(this.#tokens);
    return { type: 'with', targets: [], body: this.#body('autoescape'), offset };
  }

  #set(offset: number): Statement {
    const tokens = this.#tokens;
    const target = parseTarget(tokens, { namespace: true });
    if (tokens.skip('operator', '=')) return { type: 'set', target, value: parseTuple(tokens), offset };
    const filter = tokens.op('|') ? parseFilterChain(tokens, false) : undefined;
    return { type: 'set-block', target, filter, body: this.#body('set'), offset };
  }

  #with(offset: number): Statement {
    const tokens = this.#tokens;
    const targets: { target: Target; value: Expression }[] = [];
    while (!tokens.is('block_end')) {
      if (targets.length > 0) tokens.expect('operator', ',');
      const target = parseTarget(tokens, { tuple: false });
      tokens.expect('operator', '=');
      targets.push({ target, value: parseExpression(tokens) });
    }
    return { type: 'with', targets, body: this.#body('with'), offset };
  }

  #withContext(standard: boolean): boolean {
    const tokens = this.#tokens;
    const { text } = tokens.next;
    if ((tokens.word('with') || tokens.word('without')) && text === 'context') {
      const { text: word } = tokens.take();
      tokens.take();
      return word === 'with';
    }
    return standard;
  }

  /** `print a, b` prints the values one after the other. */
  #print(offset: number): Statement {
    const items = [parseExpression(this.#tokens)];
    while (this.#tokens.skip('operator', ',')) items.push(parseExpression(this.#tokens));
    return { type: 'output', value: oneOr(items, () => ({ type: 'concat', items, offset })), offset };
  }

  #include(offset: number): Statement {
    const tokens = this.#tokens;
    const template = parseExpression(tokens);
    const ignoreMissing = tokens.word('ignore') && tokens.next.text === 'missing';
    if (ignoreMissing) {
      tokens.take();
      tokens.take();
    }
    return { type: 'include', template, ignoreMissing, withContext: this.#withContext(true), offset };
  }

  #import(offset: number): Statement {
    const tokens = this.#tokens;
    const template = parseExpression(tokens);
    tokens.expect('name', 'as');
    const name = tokens.expect('name').text;
    return { type: 'import', template, name, withContext: this.#withContext(false), offset };
  }

  #fromImport(offset: number): Statement {
    const tokens = this.#tokens;
    const template = parseExpression(tokens);
    tokens.expect('name', 'import');
    const names: { name: string; as: string }[] = [];
    const contextFollows = () => (tokens.word('with') || tokens.word('without')) && tokens.next.text === 'context';
    while (tokens.is('name') && !contextFollows()) {
      const token = tokens.take();
      if (token.text.startsWith('_')) throw mistake('names starting with an underline can not be imported', token);
      names.push({ name: token.text, as: tokens.skip('name', 'as') ? tokens.expect('name').text : token.text });
      if (!tokens.skip('operator', ',')) break;
    }
    if (names.length === 0) tokens.expect('name');
    return { type: 'from-import', template, names, withContext: this.#withContext(false), offset };
  }
}
