import type { Block, BlockLine } from './blocks.ts';
import { editedIn, type Found, type Lead, placeOfLines } from './found.ts';
import {
  fileIn,
  fullPrompt,
  isContent,
  isEdit,
  isInlineCommand,
  isInstruction,
  isOutput,
  isProseCommand,
  isSentence,
} from './judge.ts';
import { readCommand } from './listing.ts';

type Paragraph = Extract<Block, { kind: 'paragraph' }>;

/** What a paragraph tells about the block after it. */
export function leadOf({ lines, codes }: Paragraph): Lead {
  const text = lines.map((line) => line.text).join('\n');
  const edited = codes.map(({ value }) => editedIn(value)).findLast((path) => path !== undefined);
  return { text, path: edited ?? fileIn(text) };
}

/** What a paragraph holds: commands on lines of their own, in inline code and in quotes; pasted output and content; instructions. */
export function readParagraph(block: Paragraph, before: Lead | undefined): readonly Found[] {
  const { lines } = block;
  const found: Found[] = [];
  let lead = before;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    const last = found.at(-1);
    const isNext = last?.at.endLine === line.number - 1;
    const inside = [...codesOn(block, line), ...quotedOn(line)];
    const isTyped = fullPrompt(line.text) !== undefined || (inside.length === 0 && isProseCommand(line.text));
    if (isTyped) {
      const { parts, next } = readCommand(lines, at, { stands: 'prose', promptOf: fullPrompt });
      found.push(...parts);
      at = next;
      continue;
    }
    at++;
    if (inside.length > 0) found.push(...inside);
    else if (isOutput(line.text) || (isNext && isPrinted(line.text, last)))
      add(found, { kind: 'output', at: placeOfLines(line, line), text: line.text });
    else if (
      isContent(line.text) ||
      (!block.isItem && isAwaited(lead) && !isSentence(line.text) && !isInstruction(line.text))
    )
      add(found, { kind: 'content', at: placeOfLines(line, line), text: line.text, path: lead?.path });
    else if (isInstruction(line.text))
      found.push({ kind: 'instruction', at: placeOfLines(line, line), text: line.text });
    else if (last?.kind === 'instruction' && isNext && !/[.:!?]\s*$/.test(last.text))
      add(found, { ...last, at: placeOfLines(line, line), text: line.text });
    if (isSentence(line.text) || /:\s*$/.test(line.text))
      lead = { text: line.text, path: fileIn(line.text) ?? (isNext ? lead?.path : undefined) };
  }
  return found;
}

/** Adds a line to the part before it, if it continues that. */
function add(found: Found[], line: Found): void {
  const last = found.at(-1);
  if (last?.kind !== line.kind || last.at.endLine !== line.at.line - 1) found.push(line);
  else
    found[found.length - 1] = {
      ...last,
      text: `${last.text}\n${line.text}`,
      at: { ...last.at, endLine: line.at.endLine, endColumn: line.at.endColumn },
    };
}

/** Whether a line right after a prompt's command, or after what it printed, is printed, too. */
const isPrinted = (text: string, last: Found | undefined): boolean =>
  !isSentence(text) && (last?.kind === 'output' || (last?.kind === 'command' && last.prompt !== undefined));

const isAwaited = (lead: Lead | undefined): boolean =>
  lead !== undefined &&
  /:\s*$/.test(lead.text) &&
  /\b(?:add|chang|replac|edit|put|contains)/i.test(lead.text) &&
  isEdit(lead.text);

const codesOn = ({ codes }: Paragraph, { number }: BlockLine): readonly Found[] =>
  codes
    .filter(({ at, value }) => at.line === number && isInlineCommand(value))
    .map(({ at, value }) => ({ kind: 'command', at, text: value.replaceAll('\n', ' ').trim(), stands: 'inline' }));

/** Commands in quotes: then I did a "docker-compose down && docker-compose up -d". */
const quotedOn = ({ number, column, text }: BlockLine): readonly Found[] =>
  isProseCommand(text)
    ? []
    : [...text.matchAll(/(?<=^|[\s(])"([^"`]+)"(?=[\s).,;]|$)/g)]
        .filter(([, inner = '']) => isProseCommand(inner))
        .map(({ 1: inner = '', index }) => ({
          kind: 'command',
          at: {
            line: number,
            column: column + index + 1,
            endLine: number,
            endColumn: column + index + 1 + inner.length,
          },
          text: inner,
          stands: 'quoted',
        }));
