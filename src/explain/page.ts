import { codeBlock, inlineCode, markdownText } from '../core/text/markdown.ts';
import { visible } from '../core/visible.ts';

/** A piece of a line: text, or what is to be read letter by letter. */
export type PageSpan = string | { readonly code: string } | { readonly strong: string };

/** A part of a page. */
export type PagePart =
  | { readonly kind: 'heading'; readonly depth: number; readonly line: readonly PageSpan[] }
  | { readonly kind: 'line'; readonly line: readonly PageSpan[] }
  /** An item of a list, numbered or not, and what belongs to it. */
  | {
      readonly kind: 'item';
      readonly number?: number;
      readonly line: readonly PageSpan[];
      readonly parts: readonly PagePart[];
    }
  | { readonly kind: 'code'; readonly text: string; readonly language?: string };

/** A page as Markdown, in which nothing has a meaning but what the page itself has. */
export const markdownPage = (parts: readonly PagePart[]): string => `${inMarkdown(parts)}\n`;

function inMarkdown(parts: readonly PagePart[]): string {
  return parts
    .map((part, index) => {
      const before = index === 0 ? '' : betweenOf(parts[index - 1], part);
      return `${before}${markdownOf(part)}`;
    })
    .join('');
}

/** Items of one list stand close together, unless they have parts of their own. */
const betweenOf = (before: PagePart | undefined, part: PagePart): string =>
  before?.kind === 'item' && part.kind === 'item' && before.parts.length === 0 && part.parts.length === 0
    ? '\n'
    : '\n\n';

function markdownOf(part: PagePart): string {
  if (part.kind === 'heading') return `${'#'.repeat(part.depth)} ${part.line.map(markdownSpan).join('')}`;
  if (part.kind === 'line') return part.line.map(markdownSpan).join('');
  if (part.kind === 'code') return codeBlock(visible(part.text), part.language);
  const mark = part.number === undefined ? '- ' : `${part.number}. `;
  const body = part.parts.length === 0 ? '' : `\n\n${inMarkdown(part.parts)}`;
  return indented(`${part.line.map(markdownSpan).join('')}${body}`, mark);
}

function markdownSpan(span: PageSpan): string {
  if (typeof span === 'string') return markdownText(visible(span));
  return 'code' in span ? inlineCode(visible(span.code)) : `**${markdownText(visible(span.strong).trim())}**`;
}

/** A page for a terminal. */
export const textPage = (parts: readonly PagePart[]): string => `${parts.map(textOf).join('\n').trim()}\n`;

function textOf(part: PagePart): string {
  if (part.kind === 'code')
    return part.text
      .split('\n')
      .map((line) => `    ${visible(line)}`)
      .join('\n');
  const line = visible(part.line.map(plainSpan).join('').replaceAll('\n', ' '));
  if (part.kind === 'heading')
    return `\n${line}${part.depth < 3 ? `\n${(part.depth === 1 ? '=' : '-').repeat(line.length)}` : ':'}`;
  if (part.kind === 'line') return line;
  return indented([line, ...part.parts.map(textOf)].join('\n'), part.number === undefined ? '- ' : `${part.number}. `);
}

/** A list's item: what follows its first line is indented as far as its mark is long. */
const indented = (text: string, mark: string): string =>
  text
    .split('\n')
    .map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`.trimEnd())
    .join('\n');

function plainSpan(span: PageSpan): string {
  if (typeof span === 'string') return span;
  return 'code' in span ? span.code : span.strong;
}
