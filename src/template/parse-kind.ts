import type { Position } from '../core/source.ts';
import { isTemplateText } from '../core/value.ts';
import type { Expression, Statement } from './ast.ts';
import { TemplateError } from './errors.ts';
import { type RenderOptions, readHeader } from './header.ts';
import { inlineSyntax, type Syntax, SyntaxMistake } from './lexer.ts';
import { parseBareExpression, parseTemplate } from './parser.ts';

/** How a text is to be read: a text of a playbook with braces, a bare expression, or a template file. */
export type TextKind = 'text' | 'expression' | 'file';

/** What a text was parsed to. */
export type Tree = Expression | readonly Statement[];

/** A parsed text and where its tree starts, or why it cannot be parsed. */
type Parsed =
  | { tree: Tree; text: string; start: (at: Position | undefined) => Position | undefined }
  | { mistake: SyntaxMistake | TemplateError };

/** Parse a text of any kind. */
export function parseKind(source: string, kind: TextKind, options: RenderOptions): Parsed {
  try {
    if (kind === 'expression' && !isTemplateText(source))
      return { tree: parseBareExpression(source), text: source, start: (at) => at };
    if (kind !== 'file') return parsed(source, inlineSyntax, 0);
    const header = readHeader(source, options);
    return parsed(header.text, header.syntax, header.lines);
  } catch (mistake) {
    if (mistake instanceof SyntaxMistake || mistake instanceof TemplateError) return { mistake };
    throw mistake;
  }
}

const parsed = (text: string, syntax: Syntax, lines: number): Parsed => ({
  tree: parseTemplate(text, syntax),
  text,
  start: (at) => at && { ...at, line: at.line + lines },
});
