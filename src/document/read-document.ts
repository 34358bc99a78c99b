import { type Block, documentLines, readBlocks } from './blocks.ts';
import type {
  CommandPart,
  DocumentLine,
  DocumentPart,
  ExcerptPart,
  Heading,
  InstallDocument,
  InstructionPart,
  LineKind,
  OutputPart,
  ProgramCall,
} from './document.ts';
import type { Found, Lead } from './found.ts';
import { isTwofold, namesInProse } from './judge.ts';
import { readListing } from './listing.ts';
import { leadOf, readParagraph } from './prose.ts';
import { callsOf, directoryAfter, placeholdersIn } from './shell-text.ts';

/**
 * Reads an install document in Markdown. `name`: its file, for messages. Any text is a document, so nothing can fail; what is a command
 * and what is not is judged by how such documents are written, without running or looking up anything.
 */
export function readDocument(text: string, name: string): InstallDocument {
  const raw = documentLines(text);
  const { blocks, links, comments } = readBlocks(text);
  const headings = headingsOf(blocks, raw.length);
  const found = withoutIntroductions(foundIn(blocks), raw);
  return { name, lines: linesWith(raw, found), parts: inContext(found, headings), headings, links, comments };
}

/** The headings, each with the end of its section. */
function headingsOf(blocks: readonly Block[], count: number): readonly Heading[] {
  const all = blocks.filter((block) => block.kind === 'heading');
  return all.map(({ depth, title, line }, index) => {
    const next = all.slice(index + 1).find((later) => later.depth <= depth);
    return { depth, title, line, endLine: next === undefined ? count : next.line - 1 };
  });
}

function foundIn(blocks: readonly Block[]): readonly Found[] {
  let lead: Lead | undefined;
  return blocks.flatMap((block) => {
    const before = lead;
    lead = block.kind === 'paragraph' ? continuing(leadOf(block), before) : undefined;
    if (block.kind === 'heading') return [];
    return block.kind === 'listing' ? readListing(block, before) : readParagraph(block, before);
  });
}

/** "I edit FILE", and in a paragraph of its own "and add:". */
const continuing = (lead: Lead, before: Lead | undefined): Lead =>
  lead.path === undefined && /^(?:and|to)\b/i.test(lead.text) ? { ...lead, path: before?.path } : lead;

/** An instruction that only introduces the command after it is text: what is done is the command. */
function withoutIntroductions(found: readonly Found[], raw: readonly string[]): readonly Found[] {
  return found.filter((part, index) => {
    const next = found[index + 1];
    if (part.kind !== 'instruction' || next?.kind !== 'command' || isTwofold(part.text)) return true;
    const between = raw.slice(part.at.endLine, next.at.line - 1);
    return !/:\s*$/.test(part.text) || between.some((line) => !/^\s*(?:```.*|~~~.*|#.*)?$/.test(line));
  });
}

/** If a line has several parts, it is what was done in it. */
const RANK: readonly LineKind[] = ['text', 'output', 'content', 'instruction', 'command'];

function linesWith(raw: readonly string[], found: readonly Found[]): readonly DocumentLine[] {
  const kinds = new Map<number, LineKind>();
  for (const { kind, at } of found)
    for (let line = at.line; line <= at.endLine; line++)
      if (RANK.indexOf(kind) > RANK.indexOf(kinds.get(line) ?? 'text') && (raw[line - 1] ?? '').trim() !== '')
        kinds.set(line, kind);
  return raw.map((text, index) => ({ number: index + 1, kind: kinds.get(index + 1) ?? 'text', text }));
}

/** The shell that commands are typed into, as far as the document tells. */
interface Shell {
  readonly user?: string;
  readonly host?: string;
  readonly cwd?: string;
  /** The shell that `exit` leads back to. */
  readonly outer?: Shell;
}

function inContext(found: readonly Found[], headings: readonly Heading[]): readonly DocumentPart[] {
  const parts: DocumentPart[] = [];
  let shell: Shell = {};
  let section = 0;
  for (const one of found) {
    const under = headings.filter(({ line, endLine }) => line < one.at.line && one.at.line <= endLine);
    const current = under.at(-1)?.line ?? 0;
    if (current !== section) shell = {};
    section = current;
    // The end of a here-document is a line that was typed, but no command.
    if (one.kind === 'command' && one.text === '') continue;
    if (one.kind === 'command') {
      const before = one.prompt?.user === undefined ? shell : { ...shell, ...one.prompt };
      const command = commandOf(one, before, under);
      parts.push(command);
      shell = shellAfter(before, command.calls);
    } else parts.push(otherPart(one, parts.at(-1), under));
  }
  return parts;
}

function commandOf(found: Found, { user, host, cwd }: Shell, under: readonly Heading[]): CommandPart {
  return {
    kind: 'command',
    at: found.at,
    under,
    text: found.text,
    stands: found.stands ?? 'fence',
    calls: callsOf(found.text, cwd),
    ...(user !== undefined && { user }),
    ...(host !== undefined && { host }),
    placeholders: placeholdersIn(found.text),
  };
}

function otherPart(
  { kind, at, text, path, language }: Found,
  before: DocumentPart | undefined,
  under: readonly Heading[],
): ExcerptPart | OutputPart | InstructionPart {
  if (kind === 'instruction') return { kind, at, under, text, names: namesInProse(text) };
  const section = under.at(-1)?.line ?? 0;
  if (kind === 'content') {
    const instruction =
      before?.kind === 'instruction' && (before.under.at(-1)?.line ?? 0) === section ? before.at.line : undefined;
    return { kind, at, under, text, path, language, instruction };
  }
  const command = before?.kind === 'command' && before.at.line > section ? before.at.line : undefined;
  return { kind: 'output', at, under, text, command };
}

/** The shell after a command: `cd` changes its directory, `ssh` and `sudo bash` open another one, `exit` leads back. */
function shellAfter(shell: Shell, calls: readonly ProgramCall[]): Shell {
  let now = shell;
  for (const call of calls) now = shellAfterCall(now, call);
  return now;
}

function shellAfterCall(shell: Shell, { words, sudo, then }: ProgramCall): Shell {
  const [program = '', ...args] = words;
  const [first, ...more] = args.filter((word) => !word.startsWith('-'));
  if (program === 'cd' && then !== '|') return { ...shell, cwd: directoryAfter(first, shell.cwd) };
  if (program === 'exit' || program === 'logout') return shell.outer ?? {};
  if (program === 'ssh' && first !== undefined && more.length === 0) {
    const [host, user] = first.split('@').toReversed();
    return { host, user, outer: shell };
  }
  const isRoot =
    (program === 'su' && first === undefined) || (sudo !== undefined && /^(?:bash|sh|su|zsh|)$/.test(program));
  return isRoot ? { ...shell, user: sudo ?? 'root', outer: shell } : shell;
}
