import type { Nodes, PhrasingContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { DocumentComment, DocumentLink, DocumentSpan } from './document.ts';

/** A line of a block: its number, its text without the block's indentation and marks, and the column where that begins. */
export interface BlockLine {
  readonly number: number;
  readonly column: number;
  readonly text: string;
}

/** Inline code in a paragraph. */
interface InlineCode {
  readonly at: DocumentSpan;
  readonly value: string;
}

/** A heading, a listing (a fence or an indented block) or a paragraph, in the order of the document. */
export type Block =
  | { readonly kind: 'heading'; readonly line: number; readonly depth: number; readonly title: string }
  | {
      readonly kind: 'listing';
      readonly fenced: boolean;
      readonly language?: string;
      readonly lines: readonly BlockLine[];
    }
  | {
      readonly kind: 'paragraph';
      readonly lines: readonly BlockLine[];
      readonly codes: readonly InlineCode[];
      /** In an item of a list or a cell of a table: nobody pastes a file there. */
      readonly isItem: boolean;
    };

/** What Markdown says about a text. */
interface Blocks {
  readonly blocks: readonly Block[];
  readonly links: readonly DocumentLink[];
  readonly comments: readonly DocumentComment[];
}

/** Lines of a text, without their ends. */
export const documentLines = (text: string): readonly string[] => text.split(/\r\n|\r|\n/);

/** Reads Markdown (CommonMark, and tables and links as on GitHub). Any text is Markdown. */
export function readBlocks(text: string): Blocks {
  const raw = documentLines(text);
  const source = closeFences(raw).join('\n');
  const found: { blocks: Block[]; links: DocumentLink[]; comments: DocumentComment[] } = {
    blocks: [],
    links: [],
    comments: [],
  };
  const tree = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const visit = (node: Nodes, parent?: Nodes): void => {
    const at = placeOf(node);
    if (node.type === 'heading')
      found.blocks.push({ kind: 'heading', line: at.line, depth: node.depth, title: titleText(node.children) });
    else if (node.type === 'code') found.blocks.push(listing(node, raw));
    else if (node.type === 'paragraph' || node.type === 'tableCell')
      found.blocks.push(paragraph(node, raw, parent?.type === 'listItem' || node.type === 'tableCell'));
    else if (node.type === 'html') {
      for (const comment of commentsIn(node.value, at)) found.comments.push(comment);
    } else if (node.type === 'link' || node.type === 'image' || node.type === 'definition')
      found.links.push({ at, url: node.url });
    if ('children' in node) for (const child of node.children) visit(child, node);
  };
  visit(tree);
  return found;
}

const placeOf = ({ position }: Nodes): DocumentSpan => ({
  line: position?.start.line ?? 1,
  column: position?.start.column ?? 1,
  endLine: position?.end.line ?? 1,
  endColumn: position?.end.column ?? 1,
});

/**
 * A fence that was never closed would swallow the rest of the document. One with a later fence's beginning in it was not: it is closed at
 * the first blank line before text, which becomes its end. No line moves.
 */
function closeFences(lines: readonly string[]): readonly string[] {
  const closed = [...lines];
  let open: { readonly mark: string; readonly at: number } | undefined;
  for (let at = 0; at < closed.length; at++) {
    const [, mark = '', info = ''] = /^\s*(`{3,}|~{3,})\s*([^`]*)$/.exec(closed[at] ?? '') ?? [];
    if (mark === '') continue;
    if (open === undefined) open = { mark, at };
    else if (info.trim() === '') open = mark.startsWith(open.mark) ? undefined : open;
    else if (mark === open.mark && /^[\w+-]+$/.test(info.trim())) {
      const end = endOfOpen(closed, open.at, at);
      if (end === undefined) continue;
      closed[end] = open.mark;
      open = undefined;
      at = end;
    }
  }
  return closed;
}

function endOfOpen(lines: readonly string[], from: number, to: number): number | undefined {
  const isBlank = (at: number): boolean => (lines[at] ?? '').trim() === '';
  const blanks = Array.from({ length: to - from }, (_, index) => from + index).filter(isBlank);
  const next = (at: number): string => lines.slice(at, to).find((line) => line.trim() !== '') ?? '';
  return blanks.find((at) => /^#{2,6} |^[A-Z][a-z]+ .*[.:]$/.test(next(at))) ?? blanks.at(-1);
}

function listing(node: Extract<Nodes, { type: 'code' }>, raw: readonly string[]): Block {
  const { line, column } = placeOf(node);
  const fenced = /^[`~]{3}/.test((raw[line - 1] ?? '').slice(column - 1));
  const first = fenced ? line + 1 : line;
  const texts = node.value === '' ? [] : node.value.split('\n');
  return {
    kind: 'listing',
    fenced,
    ...(node.lang && { language: node.lang.toLowerCase() }),
    lines: texts.map((text, index) => lineAt(first + index, text, raw)),
  };
}

function lineAt(number: number, text: string, raw: readonly string[]): BlockLine {
  const whole = raw[number - 1] ?? '';
  const at = whole.indexOf(text);
  return { number, text, column: (at === -1 ? whole.length - whole.trimStart().length : at) + 1 };
}

function paragraph(
  node: Extract<Nodes, { type: 'paragraph' | 'tableCell' }>,
  raw: readonly string[],
  isItem: boolean,
): Block {
  const at = placeOf(node);
  const lines = Array.from({ length: at.endLine - at.line + 1 }, (_, index): BlockLine => {
    const number = at.line + index;
    const whole = raw[number - 1] ?? '';
    const start = index === 0 ? at.column - 1 : (/^[\s>]*/.exec(whole)?.[0].length ?? 0);
    const end = number === at.endLine ? at.endColumn - 1 : whole.length;
    return { number, column: start + 1, text: whole.slice(start, end) };
  });
  return { kind: 'paragraph', lines, codes: codesIn(node.children), isItem };
}

const codesIn = (nodes: readonly PhrasingContent[]): readonly InlineCode[] =>
  nodes.flatMap((node) => {
    if (node.type === 'inlineCode') return [{ at: placeOf(node), value: node.value }];
    return 'children' in node ? codesIn(node.children) : [];
  });

const titleText = (nodes: readonly PhrasingContent[]): string =>
  nodes
    .map((node) => {
      if ('value' in node) return node.value;
      return 'children' in node ? titleText(node.children) : '';
    })
    .join('')
    .trim();

function commentsIn(value: string, { line, column }: DocumentSpan): readonly DocumentComment[] {
  return [...value.matchAll(/<!--(.*?)-->/gs)].map((match) => {
    const start = pointAfter(value.slice(0, match.index), line, column);
    const end = pointAfter(match[0], start.line, start.column);
    return {
      at: { ...start, endLine: end.line, endColumn: end.column },
      text: (match[1] ?? '').trim(),
    };
  });
}

function pointAfter(text: string, line: number, column: number): { readonly line: number; readonly column: number } {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  return { line: line + lines.length - 1, column: lines.length === 1 ? column + last.length : last.length + 1 };
}
