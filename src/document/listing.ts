import type { Block, BlockLine } from './blocks.ts';
import { editedIn, type Found, type Lead, placeOfLines, writtenBy } from './found.ts';
import {
  fullPrompt,
  isContent,
  isEdit,
  isInputOfProgram,
  isListedCommand,
  isOutput,
  isSentence,
  type Prompt,
  shortPrompt,
} from './judge.ts';
import { heredocEnd, isUnfinished } from './shell-text.ts';

type Listing = Extract<Block, { kind: 'listing' }>;

const SHELLS = new Set([
  'bash',
  'sh',
  'shell',
  'console',
  'zsh',
  'ksh',
  'shell-session',
  'sh-session',
  'shellsession',
  'terminal',
]);
const PLAIN = new Set(['text', 'txt', 'plain', 'plaintext', 'none']);
const LOGS = new Set(['log', 'output', 'logs']);

/** What a fence or an indented block holds. `lead`: the prose before it, which tells whether it is a file. */
export function readListing(block: Listing, lead: Lead | undefined): readonly Found[] {
  const { language, lines } = block;
  const isShell = language !== undefined && SHELLS.has(language);
  const [first] = lines.filter(isWritten);
  if (first === undefined) return [];
  if (language !== undefined && LOGS.has(language)) return inOnePart(lines, 'output');
  if (!isShell && language !== undefined && !PLAIN.has(language)) return contentOf(lines, lead, language);
  if (first.text.startsWith('#!')) return contentOf(lines, lead, language);
  const promptOf = promptsIn(lines, isShell);
  const isCommand = ({ text }: BlockLine): boolean =>
    promptOf === undefined ? isListedCommand(text, isShell) : promptOf(text) !== undefined;
  if (!isShell && !lines.some(isCommand)) return withoutCommands(lines, lead, language);
  if (!isShell && promptOf === undefined && isEditLead(lead) && !isCommand(first))
    return contentOf(lines, lead, language);
  return readCommands(lines, { stands: block.fenced ? 'fence' : 'indented', promptOf, isCommand });
}

const isWritten = ({ text }: BlockLine): boolean => text.trim() !== '';

const isEditLead = (lead: Lead | undefined): boolean =>
  lead !== undefined && isEdit(lead.text) && (lead.path !== undefined || /:\s*$/.test(lead.text));

/** How a listing marks its commands: by prompts; undefined if it has none. */
function promptsIn(lines: readonly BlockLine[], isShell: boolean): ((text: string) => Prompt | undefined) | undefined {
  if (lines.some(({ text }) => fullPrompt(text) !== undefined))
    return (text) => fullPrompt(text) ?? (/^\s*\$\s/.test(text) ? shortPrompt(text) : undefined);
  const hasBare = lines.some(({ text }) => !/^\s*#/.test(text) && isListedCommand(text, isShell));
  const hasDollar = lines.some(({ text }) => /^\s*[$%]\s/.test(text));
  const hasHash = !hasBare && lines.some(({ text }) => shortPrompt(text) !== undefined);
  return hasDollar || hasHash ? shortPrompt : undefined;
}

/** A listing in which no command was found: a file, or something printed. */
function withoutCommands(lines: readonly BlockLine[], lead: Lead | undefined, language?: string): readonly Found[] {
  const written = lines.filter(isWritten);
  if (written.some(({ text }) => isOutput(text))) return inOnePart(lines, 'output');
  if (isEditLead(lead)) return contentOf(lines, lead, language);
  if (lead?.path !== undefined || written.some(({ text }) => isContent(text) || /^\[[\w -]+\]$/.test(text.trim())))
    return contentOf(lines, lead, language);
  return written.every(({ text }) => isSentence(text)) ? [] : inOnePart(lines, 'output');
}

const contentOf = (lines: readonly BlockLine[], lead: Lead | undefined, language?: string): readonly Found[] =>
  inOnePart(lines, 'content').map((one) => ({ ...one, path: lead?.path, language }));

function inOnePart(lines: readonly BlockLine[], kind: 'content' | 'output'): readonly Found[] {
  const [first, last] = [lines.find(isWritten), lines.findLast(isWritten)];
  if (first === undefined || last === undefined) return [];
  return [{ kind, at: placeOfLines(first, last), text: textOf(lines) }];
}

const textOf = (lines: readonly BlockLine[]): string => lines.map(({ text }) => text).join('\n');

interface Marks {
  readonly stands: 'fence' | 'indented';
  readonly promptOf: ((text: string) => Prompt | undefined) | undefined;
  readonly isCommand: (line: BlockLine) => boolean;
}

function readCommands(lines: readonly BlockLine[], marks: Marks): readonly Found[] {
  const found: Found[] = [];
  let edited: string | undefined;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    const last = found.at(-1);
    if (marks.isCommand(line)) {
      const { parts, next } = readCommand(lines, at, marks);
      found.push(...parts);
      edited = editedIn(parts[0]?.text ?? '');
      at = next;
      continue;
    }
    at++;
    if (!isWritten(line) || /^\s*(?:#|```)/.test(line.text)) continue;
    if (last === undefined) {
      if (isOutput(line.text)) found.push(...inOnePart([line], 'output'));
      else if (isContent(line.text) || CRON_LINE.test(line.text)) found.push(...inOnePart([line], 'content'));
      continue;
    }
    const isFile = edited !== undefined || CRON_LINE.test(line.text);
    const isInput = last.kind === 'command' && isInputOfProgram(line.text);
    const isMore = last.kind === (isFile ? 'content' : 'output') && last.at.endLine === line.number - 1;
    if (isInput || isMore) found[found.length - 1] = extended(last, line);
    else
      found.push(
        ...inOnePart([line], isFile ? 'content' : 'output').map((one) => (isFile ? { ...one, path: edited } : one)),
      );
  }
  return found;
}

const CRON_LINE = /^\s*(?:[\d*/,-]+\s+){5}\S/;

const extended = (part: Found, line: BlockLine): Found => ({
  ...part,
  text: `${part.text}\n${line.text}`,
  at: { ...part.at, endLine: line.number, endColumn: line.column + line.text.trimEnd().length },
});

/** The command that begins in a line, with the lines that continue it and its here-document. */
export function readCommand(
  lines: readonly BlockLine[],
  start: number,
  { stands, promptOf }: { readonly stands: CommandStands; readonly promptOf: Marks['promptOf'] },
): { readonly parts: readonly Found[]; readonly next: number } {
  const first = lines[start];
  if (first === undefined) return { parts: [], next: start + 1 };
  const prompt = promptOf?.(first.text);
  const begin = first.text.slice(prompt?.length ?? 0).trim();
  const skip = first.text.indexOf(begin, prompt?.length ?? 0);
  const count = lengthOf(lines, start, begin);
  const last = lines[start + count - 1] ?? first;
  const text = [
    begin,
    ...lines.slice(start + 1, start + count).map((line) => line.text.replace(/^> /, '').trimEnd()),
  ].join('\n');
  const command: Found = {
    kind: 'command',
    at: placeOfLines(first, last, skip),
    text: text.replace(/\s*\\\n\s*/g, ' '),
    stands,
    prompt,
  };
  const body = bodyOf(lines, start + count, heredocEnd(text));
  if (body === undefined) return { parts: [command], next: start + count };
  const end = lines[start + count + body.length];
  return {
    parts: [
      command,
      ...inOnePart(body, 'content').map((one) => ({ ...one, path: writtenBy(text) })),
      ...endOfBody(end),
    ],
    next: start + count + body.length + 1,
  };
}

type CommandStands = NonNullable<Found['stands']>;

/** How many lines a command has. If it never ends, its quote is an apostrophe. */
function lengthOf(lines: readonly BlockLine[], start: number, begin: string): number {
  let text = begin;
  for (let count = 1; start + count <= lines.length; count++) {
    if (!isUnfinished(text)) return count;
    const next = lines[start + count];
    if (next === undefined) break;
    text += `\n${next.text}`;
  }
  return 1;
}

/** The lines of a here-document; undefined if it has no end. */
function bodyOf(lines: readonly BlockLine[], start: number, end: string | undefined): readonly BlockLine[] | undefined {
  if (end === undefined) return undefined;
  const at = lines.findIndex(({ text }, index) => index >= start && text.trim() === end);
  return at === -1 ? undefined : lines.slice(start, at);
}

/** The line that ends a here-document: typed, but no command of its own. */
const endOfBody = (line: BlockLine | undefined): readonly Found[] =>
  line === undefined ? [] : [{ kind: 'command', at: placeOfLines(line, line), text: '' }];
