import { fail } from './errors.ts';
import { inlineSyntax, type Syntax } from './lexer.ts';
import { literal } from './python/literal.ts';

/** How Ansible's `template` parses files, and the options that change that. */
export const fileSyntax: { readonly syntax: Syntax } = {
  syntax: { ...inlineSyntax, keepBackslashes: false },
};

/** The rendering options of the `template` task type, under their own names. */
export interface RenderOptions {
  readonly trim_blocks?: boolean;
  readonly lstrip_blocks?: boolean;
  readonly newline_sequence?: string;
  /**
   * As in Jinja; it also applies to included files. Without it, output ends in as many line ends as its template, as in
   * Ansible.
   */
  readonly keep_trailing_newline?: boolean;
  readonly variable_start_string?: string;
  readonly variable_end_string?: string;
  readonly block_start_string?: string;
  readonly block_end_string?: string;
  readonly comment_start_string?: string;
  readonly comment_end_string?: string;
}

/** What only a file itself can change, in its header. */
type HeaderOption = 'line_statement_prefix' | 'line_comment_prefix';

const FIELDS: Readonly<Record<keyof RenderOptions | HeaderOption, keyof Syntax>> = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  newline_sequence: 'newline',
  keep_trailing_newline: 'keepTrailingNewline',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  line_statement_prefix: 'lineStatement',
  line_comment_prefix: 'lineComment',
};

const HEADER = '#jinja2:';

/** A file's syntax, from these options and its own `#jinja2:` line, and its text without that line. */
export function readHeader(text: string, options: RenderOptions): { syntax: Syntax; text: string; lines: number } {
  const syntax = Object.entries(options).reduce(changed, fileSyntax.syntax);
  if (!text.startsWith(HEADER)) return { syntax, text, lines: 0 };
  const end = text.indexOf('\n');
  const line = text.slice(HEADER.length, end < 0 ? undefined : end);
  return { syntax: line.split(',').reduce(overridden, syntax), text: end < 0 ? '' : text.slice(end + 1), lines: 1 };
}

function changed(syntax: Syntax, [name, value]: [string, string | boolean | undefined]): Syntax {
  const field = FIELDS[name as keyof typeof FIELDS];
  return field && value !== undefined ? { ...syntax, [field]: value } : syntax;
}

function overridden(syntax: Syntax, pair: string): Syntax {
  const [name, text] = pair.split(/:(.*)/s).map((part) => part.trim());
  if (text === undefined)
    return fail(`failed to parse jinja2 override '${pair.trim()}'; expected name: value`, 'template-syntax');
  const value = literal(text);
  const field = FIELDS[name as keyof typeof FIELDS];
  if (!field || typeof value !== typeof syntax[field])
    return fail(`unknown jinja2 override '${pair.trim()}'`, 'template-syntax');
  return { ...syntax, [field]: value };
}
