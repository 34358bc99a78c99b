import type { Position } from '../core/source.ts';
import { isTemplateText } from '../core/value.ts';
import type { Expression, Statement } from './ast.ts';
import { TemplateError } from './errors.ts';
import { type RenderOptions, readHeader } from './header.ts';
import { inlineSyntax, SyntaxMistake } from './lexer.ts';
import { parseBareExpression, parseTemplate } from './parser.ts';

/** How to parse text: as playbook text with braces, as a bare expression, or as a template file. */
export type TextKind = 'text' | 'expression' | 'file';

/** The result of parsing text. */
export type Tree = Expression | readonly Statement[];

/** Parsed text, or why it cannot be parsed, and where the parsed text starts: after a file's header. */
type Parsed = Text & ({ readonly tree: Tree } | { readonly mistake: SyntaxMistake | TemplateError });

interface Text {
  readonly text: string;
  readonly start: (at: Position | undefined) => Position | undefined;
}

/** Parses text of any kind. */
export function parseKind(source: string, kind: TextKind, options: RenderOptions): Parsed {
  const whole = { text: source, start: (at: Position | undefined) => at };
  if (kind === 'expression' && !isTemplateText(source)) return parsed(whole, () => parseBareExpression(source));
  if (kind !== 'file') return parsed(whole, () => parseTemplate(source, inlineSyntax));
  let header: ReturnType<typeof readHeader>;
  try {
    header = readHeader(source, options);
  } catch (mistake) {
    if (mistake instanceof TemplateError) return { ...whole, mistake };
    throw mistake;
  }
  const { text, syntax, lines } = header;
  const below = { text, start: (at: Position | undefined) => at && { ...at, line: at.line + lines } };
  return parsed(below, () => parseTemplate(text, syntax));
}

function parsed(text: Text, parse: () => Tree): Parsed {
  try {
    return { ...text, tree: parse() };
  } catch (mistake) {
    if (mistake instanceof SyntaxMistake || mistake instanceof TemplateError) return { ...text, mistake };
    throw mistake;
  }
}
