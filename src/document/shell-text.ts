import { splitWords } from '../core/split-words.ts';
import type { ProgramCall } from './document.ts';
import { COMPOUND } from './programs.ts';

/** What a reader has to put in. In a shell, `<` would be a redirection. */
const PLACEHOLDER =
  /<[A-Za-z][\w .:/-]*>|\*\*[\w -]+\*\*|\*{3,}|\[[a-z][\w -]*\](?=\s|$)|(?<=^|[\s=:'"]|\s-p)(?:x{3,}|X{3,})\b|\b(?:YOUR[_-]\w+|CHANGE[_-]?ME)\b|<>|…/g;

/** The placeholders in a command. */
export const placeholdersIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map(([found]) => found)),
];

/** A token of a shell's line: a word as written (with its quotes), or an operator. */
interface Token {
  readonly kind: 'word' | 'operator' | 'redirect';
  readonly text: string;
}

/** Whether a shell would wait for more after this text: a backslash or an operator at its end, an open quote, a loop without its end. */
export function isUnfinished(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text) || /(?:&&|\|\|?)\s*$/.test(text)) return true;
  const { tokens, isOpen } = tokensOf(text);
  return isOpen || isOpenCompound(tokens);
}

function isOpenCompound(tokens: readonly Token[]): boolean {
  const ends: string[] = [];
  let isFirst = true;
  for (const { kind, text } of tokens) {
    if (kind === 'operator') isFirst = true;
    else if (isFirst) {
      const end = Object.hasOwn(COMPOUND, text) ? COMPOUND[text] : undefined;
      if (end !== undefined) ends.push(end);
      else if (text === ends.at(-1)) ends.pop();
      isFirst = ['do', 'then', 'else'].includes(text);
    }
  }
  return ends.length > 0;
}

/** The word that ends a here-document that a command begins; undefined if it begins none. */
export function heredocEnd(text: string): string | undefined {
  const { tokens } = tokensOf(text);
  const at = tokens.findIndex(({ kind, text: one }) => kind === 'redirect' && /^<<-?$/.test(one));
  const word = at === -1 ? undefined : tokens[at + 1]?.text;
  return word?.replace(/^(['"])(.*)\1$/, '$2').replace(/^\\/, '');
}

/**
 * The programs that a command calls, in order. Words are those that a shell would pass; what it would expand is left as written. `cwd`:
 * where the command is typed.
 */
export function callsOf(text: string, cwd: string | undefined): readonly ProgramCall[] {
  const calls: ProgramCall[] = [];
  let here = cwd;
  let words: string[] = [];
  let redirects: ProgramCall['redirects'][number][] = [];
  let redirect: string | undefined;
  const end = (then?: string): void => {
    const call = callFrom(words, redirects, here, then);
    if (call !== undefined) calls.push(call);
    if (call?.words[0] === 'cd' && then !== '|') here = directoryAfter(call.words[1], here);
    words = [];
    redirects = [];
  };
  for (const { kind, text: token } of tokensOf(text).tokens) {
    if (kind === 'operator') end(token === '\n' ? ';' : token);
    else if (kind === 'redirect') redirect = token;
    else if (redirect !== undefined) {
      if (!redirect.startsWith('<<')) redirects.push({ operator: redirect, path: unquoted(token) });
      redirect = undefined;
    } else words.push(token);
  }
  end();
  return calls;
}

/** The directory after `cd`. */
export function directoryAfter(to: string | undefined, from: string | undefined): string | undefined {
  if (to === undefined || to === '~') return '~';
  if (/^[/~]/.test(to)) return to.replace(/(?<=.)\/+$/, '');
  if (to === '-' || from === undefined) return undefined;
  const parts = from.split('/').filter((part) => part !== '');
  for (const part of to.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  return from.startsWith('/') ? `/${parts.join('/')}` : parts.join('/');
}

const LEADING = new Set(['time', 'nohup', 'env', 'do', 'then', 'else', '(', '{', '!']);

function callFrom(
  written: readonly string[],
  redirects: ProgramCall['redirects'],
  cwd: string | undefined,
  then: string | undefined,
): ProgramCall | undefined {
  let words = written.map(unquoted);
  let sudo: string | undefined;
  for (;;) {
    const [first = ''] = words;
    if (LEADING.has(first) || /^\w+=/.test(first)) words = words.slice(1);
    else if (first === 'sudo') {
      sudo ??= 'root';
      const { user, rest } = withoutSudo(words.slice(1));
      sudo = user ?? sudo;
      words = [...rest];
    } else break;
    if (words.length === 0) break;
  }
  if (words.length === 0 && redirects.length === 0 && sudo === undefined) return undefined;
  return { words, redirects, ...(sudo !== undefined && { sudo }), ...(cwd !== undefined && { cwd }), then };
}

function withoutSudo(words: readonly string[]): { readonly user?: string; readonly rest: readonly string[] } {
  let user: string | undefined;
  let at = 0;
  for (; /^-/.test(words[at] ?? ''); at++) {
    const word = words[at] ?? '';
    if (/^-[a-zA-Z]*u$/.test(word)) user = words[++at];
    else if (word.startsWith('--user=')) user = word.slice('--user='.length);
    else if (/^-[ghpC]$/.test(word)) at++;
    if (word === '--') break;
  }
  return { user, rest: words.slice(at) };
}

const unquoted = (word: string): string => splitWords(word)?.join(' ') ?? word;

/** The tokens of a shell's text, and whether a quote in it is open. */
function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly isOpen: boolean } {
  const joined = text.replace(/\\\n\s*/g, ' ');
  const placeholders = new Map([...joined.matchAll(PLACEHOLDER)].map((match) => [match.index, match[0]]));
  const tokens: Token[] = [];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    word = undefined;
  };
  let isOpen = false;
  for (let at = 0; at < joined.length; ) {
    const placeholder = placeholders.get(at);
    const rest = joined.slice(at, at + 4);
    const [operator] = /^(?:\n|&&|\|\||;;|;|\||&(?!>))/.exec(rest) ?? [];
    const [redirect] = /^(?:<<<|<<-|<<|&>>?|\d?>>|\d?>&\d?|\d?>|<)/.exec(rest) ?? [];
    const char = joined.charAt(at);
    if (placeholder !== undefined) {
      word = (word ?? '') + placeholder;
      at += placeholder.length;
    } else if (char === "'" || char === '"') {
      const close = endOfQuote(joined, at);
      isOpen ||= close === undefined;
      const stop = close ?? joined.length;
      word = (word ?? '') + joined.slice(at, stop);
      at = stop;
    } else if (char === '$' && joined[at + 1] === '(') {
      const stop = endOfSubstitution(joined, at + 1);
      word = (word ?? '') + joined.slice(at, stop);
      at = stop;
    } else if (char === '\\') {
      word = (word ?? '') + joined.slice(at, at + 2);
      at += 2;
    } else if (char === '#' && word === undefined) {
      const stop = joined.indexOf('\n', at);
      at = stop === -1 ? joined.length : stop;
    } else if (operator !== undefined) {
      end();
      tokens.push({ kind: 'operator', text: operator });
      at += operator.length;
    } else if (redirect !== undefined && (word === undefined || !/^\d/.test(redirect))) {
      end();
      // `2>&1` names no file.
      if (!/>&\d$/.test(redirect)) tokens.push({ kind: 'redirect', text: redirect });
      at += redirect.length;
    } else if (/\s/.test(char)) {
      end();
      at++;
    } else {
      word = (word ?? '') + char;
      at++;
    }
  }
  end();
  return { tokens, isOpen };
}

/** The place after the quote that closes the one at `start`. */
function endOfQuote(text: string, start: number): number | undefined {
  const mark = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && mark === '"') at++;
    else if (text[at] === mark) return at + 1;
  }
  return undefined;
}

function endOfSubstitution(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}
