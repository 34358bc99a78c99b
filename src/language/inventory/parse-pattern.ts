import { globPattern } from '../../core/text/glob.ts';
import { splitPort } from './host-range.ts';

/** The terms of a host pattern: the hosts of `any`, restricted to those in all of `both`, without those of `not`. */
interface PatternTerms {
  readonly any: readonly string[];
  readonly both: readonly string[];
  readonly not: readonly string[];
}

/**
 * A term such as `web`, `web[1:3]`, `~www\d`, `*.example.org`: the test for names, and the subscript that selects among the matching hosts.
 */
export interface Term {
  readonly name: string;
  /** First and last, counted from 0; a single negative number counts from the end. */
  readonly subscript?: { readonly from: number; readonly to?: number };
}

/** Parses a pattern. If it has only `!` and `&` terms, they apply to all hosts. */
export function parsePattern(pattern: string | readonly string[]): PatternTerms {
  const terms = (typeof pattern === 'string' ? [pattern] : pattern).flatMap(splitPattern);
  const any = terms.filter((term) => !/^[!&]/.test(term));
  const marked = (mark: string) => terms.filter((term) => term.startsWith(mark)).map((term) => term.slice(1));
  return { any: any.length > 0 ? any : ['all'], both: marked('&'), not: marked('!') };
}

/** Splits `a:b` or `a,b` into terms; a colon in brackets or in an address is not a separator. */
export function splitPattern(pattern: string): readonly string[] {
  if (pattern.includes(',')) return pattern.split(',').flatMap((part) => splitPattern(part.trim()));
  if (isAddress(pattern)) return [pattern];
  return pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? (pattern.trim() === '' ? [] : [pattern]);
}

// An IPv6 address, or a single name with a port or ranges, is one term.
function isAddress(pattern: string): boolean {
  const { name, port } = splitPort(pattern);
  return /^[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(name) || (port !== undefined && !/[!&]/.test(name));
}

/** Splits the subscript off a term; brackets that are not a subscript belong to the name and are a character class. */
export function parseTerm(term: string): Term {
  const match = term.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+):(\d*))\]$/.exec(term);
  if (!match) return { name: term };
  const [, name = '', single, from = '', to = ''] = match;
  if (single !== undefined) return { name, subscript: { from: Number(single), to: Number(single) } };
  return { name, subscript: { from: Number(from), ...(to !== '' && { to: Number(to) }) } };
}

/**
 * The test for whether a name matches: a shell wildcard pattern or, after `~`, a regular expression anchored at the
 * start of the name.
 */
export function nameTest(pattern: string): ((name: string) => boolean) | { readonly problem: string } {
  if (pattern === 'all' || pattern === '*') return () => true;
  try {
    const regex = pattern.startsWith('~') ? new RegExp(`^(?:${pythonRegex(pattern.slice(1))})`) : globPattern(pattern);
    return (name) => regex.test(name);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Whether a term is matched against host names even if a group matches it. */
export const isWild = (pattern: string): boolean => /^~|[.?*[]/.test(pattern);

const pythonRegex = (source: string): string => source.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$');
