import { globPattern } from '../../core/text/glob.ts';
import { splitPort } from './host-range.ts';

/** A host pattern's terms: hosts of `any`, of which only those in all of `both`, without those of `not`. */
interface PatternTerms {
  readonly any: readonly string[];
  readonly both: readonly string[];
  readonly not: readonly string[];
}

/** A term as `web`, `web[1:3]`, `~www\d`, `*.example.org`: what names must be, and which of the hosts found are meant. */
export interface Term {
  readonly name: string;
  /** From and to, counted from 0; a lone negative number counts from the end. */
  readonly subscript?: { readonly from: number; readonly to?: number };
}

/** A pattern taken apart; where only `!` and `&` are given, they apply to all hosts. */
export function parsePattern(pattern: string | readonly string[]): PatternTerms {
  const terms = (typeof pattern === 'string' ? [pattern] : pattern).flatMap(splitPattern);
  const any = terms.filter((term) => !/^[!&]/.test(term));
  const marked = (mark: string) => terms.filter((term) => term.startsWith(mark)).map((term) => term.slice(1));
  return { any: any.length > 0 ? any : ['all'], both: marked('&'), not: marked('!') };
}

/** The terms of `a:b`, `a,b`; a colon in brackets or in an address separates nothing. */
export function splitPattern(pattern: string): readonly string[] {
  if (pattern.includes(',')) return pattern.split(',').flatMap((part) => splitPattern(part.trim()));
  if (isAddress(pattern)) return [pattern];
  return pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? (pattern.trim() === '' ? [] : [pattern]);
}

// An IPv6 address, or one name with a port or ranges, is a single term.
function isAddress(pattern: string): boolean {
  const { name, port } = splitPort(pattern);
  return /^[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(name) || (port !== undefined && !/[!&]/.test(name));
}

/** A term with its subscript apart; a bracket that is no subscript belongs to the name, as a choice of characters. */
export function parseTerm(term: string): Term {
  const match = term.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+):(\d*))\]$/.exec(term);
  if (!match) return { name: term };
  const [, name = '', single, from = '', to = ''] = match;
  if (single !== undefined) return { name, subscript: { from: Number(single), to: Number(single) } };
  return { name, subscript: { from: Number(from), ...(to !== '' && { to: Number(to) }) } };
}

/** Whether a name fits: a wildcard pattern as a shell's, or after `~` a regular expression from the name's start. */
export function nameTest(pattern: string): ((name: string) => boolean) | { readonly problem: string } {
  if (pattern === 'all' || pattern === '*') return () => true;
  try {
    const regex = pattern.startsWith('~') ? new RegExp(`^(?:${pythonRegex(pattern.slice(1))})`) : globPattern(pattern);
    return (name) => regex.test(name);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Whether a term is about names of hosts even where a group fits it. */
export const isWild = (pattern: string): boolean => /^~|[.?*[]/.test(pattern);

const pythonRegex = (source: string): string => source.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$');
